# Many roles that hide Secrets show ConfigMaps.
package main

deny contains finding("open-key", stack, config, problem) if {
	some stack, kinds in of_kind
	some config in kinds.ConfigMap
	some key, _ in config.data
	regex.match(`(?i)(password|passwd|secret|token|api_?key|private_?key|\.key|\.pem)$`, key)
	problem := sprintf("key %s belongs in a Secret", [key])
}
