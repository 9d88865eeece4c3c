# A pod whose ServiceAccount is absent is never created, and a RoleBinding to nobody grants nothing.
package main

deny contains finding("account", stack, workload.item, problem) if {
	some stack, list in workloads
	some workload in list
	name := workload.pod.spec.serviceAccountName
	not ["ServiceAccount", namespace_of(workload.item), name] in known[stack]
	problem := sprintf("there is no ServiceAccount %s", [name])
}

deny contains finding("account", stack, binding, problem) if {
	some stack, kinds in of_kind
	some binding in kinds.RoleBinding
	some end in array.concat([binding.roleRef], binding.subjects)
	end.kind in {"Role", "ServiceAccount"}
	namespace := object.get(end, "namespace", namespace_of(binding))
	not [end.kind, namespace, end.name] in known[stack]
	problem := sprintf("there is no %s %s", [end.kind, end.name])
}
