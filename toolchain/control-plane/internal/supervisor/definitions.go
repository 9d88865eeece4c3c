package supervisor

import "strings"

// operatorKind is a kind that an operator would bring along with its controller.
type operatorKind struct{ group, version, kind, plural string }

// operatorKinds are those that the project's components can make. Here they are known without their
// controllers, so that a stack that uses them deploys; nobody writes their status.
var operatorKinds = []operatorKind{
	{"argoproj.io", "v1alpha1", "EventSource", "eventsources"},
	{"argoproj.io", "v1alpha1", "Sensor", "sensors"},
	{"bitnami.com", "v1alpha1", "SealedSecret", "sealedsecrets"},
	{"external-secrets.io", "v1", "ExternalSecret", "externalsecrets"},
	{"keda.sh", "v1alpha1", "ScaledObject", "scaledobjects"},
	{"keda.sh", "v1alpha1", "TriggerAuthentication", "triggerauthentications"},
	{"monitoring.coreos.com", "v1", "ServiceMonitor", "servicemonitors"},
	{"traefik.io", "v1alpha1", "Middleware", "middlewares"},
}

// definition lets the API server take objects of the kind with any fields.
func definition(k operatorKind) object {
	anything := object{"type": "object", "x-kubernetes-preserve-unknown-fields": true}
	return object{
		"apiVersion": "apiextensions.k8s.io/v1",
		"kind":       "CustomResourceDefinition",
		"metadata":   object{"name": k.plural + "." + k.group},
		"spec": object{
			"group": k.group,
			"scope": "Namespaced",
			"names": object{"kind": k.kind, "plural": k.plural, "singular": strings.ToLower(k.kind)},
			"versions": []object{{
				"name": k.version, "served": true, "storage": true,
				"schema":       object{"openAPIV3Schema": anything},
				"subresources": object{"status": object{}},
			}},
		},
	}
}
