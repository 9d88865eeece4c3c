# Pods on two nodes cannot hold a ReadWriteOnce claim at the same time: the second pod waits for the first to go.
package main

deny contains finding("claim", stack, workload.item, problem) if {
	some stack, list in workloads
	some workload in list
	overlaps(workload.item)
	some volume in workload.pod.spec.volumes
	some claim in of_kind[stack].PersistentVolumeClaim
	namespace_of(claim) == namespace_of(workload.item)
	claim.metadata.name == volume.persistentVolumeClaim.claimName
	not is_shared(claim)
	problem := sprintf("two of its pods need claim %s, which one node can hold", [claim.metadata.name])
}

overlaps(item) if item.spec.replicas > 1

# A rolling update starts the new pod before the old one ends.
overlaps(item) if {
	item.kind == "Deployment"
	object.get(item, ["spec", "strategy", "type"], "RollingUpdate") == "RollingUpdate"
}

is_shared(claim) if {
	some mode in claim.spec.accessModes
	mode in {"ReadWriteMany", "ReadOnlyMany"}
}
