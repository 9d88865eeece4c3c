// Package kubernetes has what the provider takes from its own Go SDK, and nothing else. The whole SDK
// has a type for every kind of every API version, which is a third of the provider's compile time.
package kubernetes

import "reflect"

// UntypedArgs are the inputs of a resource, as they stand in a manifest.
type UntypedArgs map[string]any

// ElementType makes them an input of Pulumi's Go SDK.
func (UntypedArgs) ElementType() reflect.Type { return reflect.TypeFor[map[string]any]() }
