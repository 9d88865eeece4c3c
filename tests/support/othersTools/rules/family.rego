# In an IPv6 cluster, a policy for 0.0.0.0/0 alone allows nothing.
package main

deny contains finding("family", stack, policy, problem) if {
	some stack, kinds in of_kind
	some policy in kinds.NetworkPolicy
	some opening in openings_of(policy)
	opening.cidr == "0.0.0.0/0"
	not object.union(opening, {"cidr": "::/0"}) in openings[stack]
	problem := "0.0.0.0/0 is open, and ::/0 is not"
}

openings[stack] := union({openings_of(policy) | some policy in kinds.NetworkPolicy}) if {
	some stack, kinds in of_kind
}

# Which pods may exchange what with which addresses.
openings_of(policy) := {opening |
	some [rules, ends] in [["ingress", "from"], ["egress", "to"]]
	some rule in policy.spec[rules]
	some end in rule[ends]
	opening := {
		"namespace": namespace_of(policy),
		"pods": policy.spec.podSelector,
		"direction": rules,
		"ports": object.get(rule, "ports", []),
		"cidr": end.ipBlock.cidr,
	}
}
