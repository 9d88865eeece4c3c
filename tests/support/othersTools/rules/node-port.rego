# A node port that nobody wrote down changes whenever the Service is created again; firewalls do not follow it.
package main

deny contains finding("node-port", stack, service, problem) if {
	some stack, kinds in of_kind
	some service in kinds.Service
	service.spec.type == "NodePort"
	some port in service.spec.ports
	not port.nodePort
	problem := sprintf("port %v has no nodePort", [port.port])
}
