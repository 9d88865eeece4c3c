# A NetworkPolicy allows nothing if no pod has the labels that it names; one of them may be misspelt.
package main

deny contains finding("peer", stack, policy, problem) if {
	some stack, kinds in of_kind
	some policy in kinds.NetworkPolicy
	some peer in peers_of(policy)
	not peer.namespaceSelector
	labels := peer.podSelector.matchLabels
	not has_pod(stack, namespace_of(policy), labels)
	problem := sprintf("no pod has the labels %s", [json.marshal(labels)])
}

peers_of(policy) := [peer |
	some [rules, ends] in [["ingress", "from"], ["egress", "to"]]
	some rule in policy.spec[rules]
	some peer in rule[ends]
]

has_pod(stack, namespace, labels) if {
	some workload in workloads[stack]
	namespace_of(workload.item) == namespace
	object.subset(workload.pod.metadata.labels, labels)
}
