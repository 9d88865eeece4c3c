# What the rules share. `input` holds the objects of each stack, by the stack's name.
package main

finding(check, stack, item, problem) := {
	"check": check,
	"stack": stack,
	"namespace": namespace_of(item),
	"kind": item.kind,
	"name": item.metadata.name,
	"msg": sprintf("%s %s: %s", [item.kind, item.metadata.name, problem]),
}

namespace_of(item) := object.get(item, ["metadata", "namespace"], "")

# The objects of each kind, by stack.
of_kind[stack][item.kind] contains item if {
	some stack, items in input
	some item in items
}

# Which objects there are, by stack.
known[stack] contains [item.kind, namespace_of(item), item.metadata.name] if {
	some stack, items in input
	some item in items
}

# The workloads, each with the template of its pods, by stack.
workloads[stack] contains {"item": item, "pod": template_of(item)} if {
	some stack, items in input
	some item in items
}

template_of(item) := item.spec.jobTemplate.spec.template if item.kind == "CronJob"

template_of(item) := item.spec.template if {
	item.kind in {"Deployment", "StatefulSet", "DaemonSet", "Job"}
}
