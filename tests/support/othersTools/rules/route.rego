# Where two Ingresses have the same host and path, the controller picks one of them and ignores the other.
package main

deny contains finding("route", stack, ingress, problem) if {
	some stack, kinds in of_kind
	some ingress in kinds.Ingress
	some other in kinds.Ingress
	other != ingress
	some route in routes_of(ingress) & routes_of(other)
	problem := sprintf("Ingress %s has %s too", [other.metadata.name, concat("", route)])
}

routes_of(ingress) := {[object.get(rule, "host", "*"), path.path] |
	some rule in ingress.spec.rules
	some path in rule.http.paths
}
