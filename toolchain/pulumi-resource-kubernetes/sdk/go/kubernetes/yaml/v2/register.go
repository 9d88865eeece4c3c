// Package v2 registers the objects of a manifest or a chart.
package v2

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// object is what any kind has in common; the outputs of a chart's objects are read by nobody here.
type object struct {
	pulumi.CustomResourceState

	APIVersion pulumi.StringOutput `pulumi:"apiVersion"`
	Kind       pulumi.StringOutput `pulumi:"kind"`
	Metadata   pulumi.MapOutput    `pulumi:"metadata"`
}

// RegisterResource registers an object under the type token that Pulumi gives its kind.
func RegisterResource(ctx *pulumi.Context, apiVersion, kind, name string, props pulumi.Input,
	opts ...pulumi.ResourceOption) (pulumi.CustomResource, error) {
	group := apiVersion
	if group == "v1" {
		group = "core/v1"
	}
	var registered object
	err := ctx.RegisterResource(fmt.Sprintf("kubernetes:%s:%s", group, kind), name, props, &registered, opts...)
	return &registered, err
}
