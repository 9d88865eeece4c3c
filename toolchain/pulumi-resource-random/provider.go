package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/urn"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
	"github.com/pulumi/pulumi/sdk/v3/go/propertyrpc"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// id is the ID of every password: the registered provider gives all of them this one.
const id = "none"

// provider answers the engine. It keeps nothing: a password is in the stack's state and nowhere else.
// What it does not implement, such as an update, is never asked of it or has the engine's default.
type provider struct {
	pulumirpc.UnimplementedResourceProviderServer
}

func (provider) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version}, nil
}

func (provider) GetSchema(context.Context, *pulumirpc.GetSchemaRequest) (*pulumirpc.GetSchemaResponse, error) {
	return &pulumirpc.GetSchemaResponse{Schema: schema}, nil
}

func (provider) Configure(context.Context, *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	return &pulumirpc.ConfigureResponse{AcceptSecrets: true, AcceptResources: true, SupportsPreview: true}, nil
}

func (provider) Check(_ context.Context, request *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	if err := requirePassword(request.Urn); err != nil {
		return nil, err
	}
	inputs, err := propertyrpc.Unmarshal(request.News)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CheckResponse{Inputs: request.News, Failures: check(inputs)}, nil
}

// Diff compares what the password was made of with what it is to be made of. Any change replaces it; that
// something is secret, or that a default is now given, is no change.
func (provider) Diff(_ context.Context, request *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	was, err := completeInputs(request.Olds)
	if err != nil {
		return nil, err
	}
	wanted, err := completeInputs(request.News)
	if err != nil {
		return nil, err
	}
	var changed []string
	for _, name := range slices.Sorted(maps.Keys(inputTypes)) {
		if !plain(was.Get(name)).Equals(plain(wanted.Get(name))) {
			changed = append(changed, name)
		}
	}
	changes := pulumirpc.DiffResponse_DIFF_NONE
	if changed != nil {
		changes = pulumirpc.DiffResponse_DIFF_SOME
	}
	return &pulumirpc.DiffResponse{Changes: changes, Diffs: changed, Replaces: changed}, nil
}

func (provider) Create(_ context.Context, request *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	inputs, err := completeInputs(request.Properties)
	if err != nil {
		return nil, err
	}
	if request.Preview {
		unknown := property.New(property.Computed)
		return &pulumirpc.CreateResponse{Properties: outputs(inputs, unknown, unknown)}, nil
	}
	state, err := stateOf(inputs, generate(int(inputs.Get("length").AsNumber()), classes(inputs)))
	return &pulumirpc.CreateResponse{Id: id, Properties: state}, err
}

// Read has nowhere to look: what is in the state is so. If there is no state, somebody imports a password,
// which is given as the ID.
func (provider) Read(_ context.Context, request *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	if err := requirePassword(request.Urn); err != nil {
		return nil, err
	}
	if len(request.Properties.GetFields()) > 0 {
		return &pulumirpc.ReadResponse{Id: request.Id, Inputs: request.Inputs, Properties: request.Properties}, nil
	}
	length := property.New(float64(utf8.RuneCountInString(request.Id)))
	inputs := property.NewMap(map[string]property.Value{"length": length})
	state, err := stateOf(complete(inputs), request.Id)
	return &pulumirpc.ReadResponse{Id: id, Inputs: propertyrpc.Marshal(inputs), Properties: state}, err
}

func (provider) Delete(context.Context, *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func requirePassword(resource string) error {
	if asked := urn.URN(resource).Type(); asked != passwordType {
		return fmt.Errorf("%s is not a resource type of this provider, which has only %s; "+
			"the provider that the pulumi CLI installs has all of them", asked, passwordType)
	}
	return nil
}

func completeInputs(properties *structpb.Struct) (property.Map, error) {
	inputs, err := propertyrpc.Unmarshal(properties)
	return complete(inputs), err
}

func stateOf(inputs property.Map, password string) (*structpb.Struct, error) {
	hashed, err := hash(password)
	return outputs(inputs, property.New(password), property.New(hashed)), err
}

// outputs are the inputs and what is made of them, in the form of the registered provider: `__meta` is
// what it recognizes its states by.
func outputs(inputs property.Map, result, hashed property.Value) *structpb.Struct {
	return propertyrpc.Marshal(inputs.
		Set("result", result.WithSecret(true)).
		Set("bcryptHash", hashed.WithSecret(true)).
		Set("id", property.New(id)).
		Set("__meta", property.New(`{"schema_version":"3"}`)))
}
