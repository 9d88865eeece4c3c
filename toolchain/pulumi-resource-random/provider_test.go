package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"golang.org/x/crypto/bcrypt"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

const resource = "urn:pulumi:dev::shop::" + passwordType + "::db"

// engine is a connection to the provider such as the engine has.
func engine(t *testing.T) pulumirpc.ResourceProviderClient {
	t.Helper()
	stopping := make(chan bool)
	server, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{Init: register, Cancel: stopping})
	if err != nil {
		t.Fatal(err)
	}
	address := fmt.Sprintf("127.0.0.1:%d", server.Port)
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		connection.Close()
		close(stopping)
		if err := <-server.Done; err != nil {
			t.Error(err)
		}
	})
	return pulumirpc.NewResourceProviderClient(connection)
}

// hidden is what a secret holds; a value that is not secret fails the test.
func hidden(t *testing.T, value *structpb.Value) string {
	t.Helper()
	fields := value.GetStructValue().GetFields()
	if fields[sig.Key].GetStringValue() != sig.Secret {
		t.Errorf("%v is not secret", value)
	}
	return fields["value"].GetStringValue()
}

func TestCreate(t *testing.T) {
	client, ctx := engine(t), context.Background()
	keepers := object{"year": secret("2026")}
	properties := message(t, object{"length": 16, "special": false, "minNumeric": 3, "keepers": keepers})
	created, err := client.Create(ctx, &pulumirpc.CreateRequest{Urn: resource, Properties: properties})
	if err != nil {
		t.Fatal(err)
	}
	if created.Id != "none" {
		t.Errorf("ID is %q, want the one that the registered provider gives", created.Id)
	}
	password := hidden(t, created.Properties.Fields["result"])
	if len(password) != 16 || count(password, digits) < 3 || strings.ContainsAny(password, "!@#$%&*()-_=+[]{}<>:?") {
		t.Errorf("%q is not what was asked for", password)
	}
	hashed := hidden(t, created.Properties.Fields["bcryptHash"])
	if err := bcrypt.CompareHashAndPassword([]byte(hashed), []byte(password)); err != nil {
		t.Error(err)
	}
	for name, want := range properties.Fields {
		if got := created.Properties.Fields[name]; !proto.Equal(got, want) {
			t.Errorf("output %s is %v, want the input %v", name, got, want)
		}
	}
	again, err := client.Create(ctx, &pulumirpc.CreateRequest{Urn: resource, Properties: properties})
	if err != nil {
		t.Fatal(err)
	}
	if hidden(t, again.Properties.Fields["result"]) == password {
		t.Error("the same password twice")
	}
}

// The names are those of a state that the registered provider 4.17 made of the same inputs.
func TestStateIsTheRegisteredProviders(t *testing.T) {
	properties := message(t, object{
		"length": 16, "lower": true, "upper": true, "number": true, "special": true,
		"minLower": 2, "minNumeric": 2, "minSpecial": 2, "minUpper": 2,
	})
	created, err := engine(t).Create(context.Background(), &pulumirpc.CreateRequest{Urn: resource, Properties: properties})
	if err != nil {
		t.Fatal(err)
	}
	names := slices.Sorted(maps.Keys(created.Properties.Fields))
	want := strings.Fields("__meta bcryptHash id length lower minLower minNumeric minSpecial minUpper " +
		"number numeric result special upper")
	if !slices.Equal(names, want) {
		t.Errorf("outputs are %v, want %v", names, want)
	}
	if meta := created.Properties.Fields["__meta"].GetStringValue(); meta != `{"schema_version":"3"}` {
		t.Errorf("__meta is %s", meta)
	}
}

func TestCreateInPreview(t *testing.T) {
	created, err := engine(t).Create(context.Background(), &pulumirpc.CreateRequest{
		Urn: resource, Preview: true, Properties: message(t, object{"length": unknown, "lower": secret(unknown)}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if created.Id != "" {
		t.Errorf("a password that does not exist has the ID %q", created.Id)
	}
	for _, name := range []string{"result", "bcryptHash"} {
		if got := hidden(t, created.Properties.Fields[name]); got != unknown {
			t.Errorf("%s is %q, want it unknown", name, got)
		}
	}
	if got := created.Properties.Fields["length"].GetStringValue(); got != unknown {
		t.Errorf("length is %q, want it unknown", got)
	}
	if !created.Properties.Fields["upper"].GetBoolValue() {
		t.Error("upper is false, want the default")
	}
}

func TestDiff(t *testing.T) {
	client := engine(t)
	was := object{"length": 16, "special": false, "keepers": object{"year": "2026"}}
	cases := map[string]struct {
		inputs object
		want   []string
	}{
		"nothing":            {was, nil},
		"a default given":    {with(with(was, "upper", true), "minLower", 0), nil},
		"made secret":        {with(with(was, "length", secret(16)), "keepers", object{"year": secret("2026")}), nil},
		"length":             {with(was, "length", 20), []string{"length"}},
		"secret length":      {with(was, "length", secret(20)), []string{"length"}},
		"length unknown":     {with(was, "length", unknown), []string{"length"}},
		"class on":           {with(was, "special", true), []string{"special"}},
		"class by default":   {with(was, "special", nil), []string{"special"}},
		"minimum":            {with(was, "minUpper", 1), []string{"minUpper"}},
		"numeric":            {with(was, "numeric", false), []string{"number", "numeric"}},
		"own specials":       {with(was, "overrideSpecial", "-"), []string{"overrideSpecial"}},
		"keeper":             {with(was, "keepers", object{"year": "2027"}), []string{"keepers"}},
		"secret keeper":      {with(was, "keepers", object{"year": secret("2027")}), []string{"keepers"}},
		"one more keeper":    {with(was, "keepers", object{"year": "2026", "month": "5"}), []string{"keepers"}},
		"no keepers":         {with(was, "keepers", nil), []string{"keepers"}},
		"length and keepers": {object{"length": 8, "special": false}, []string{"keepers", "length"}},
	}
	state := maps.Clone(was)
	maps.Copy(state, object{"result": secret("x"), "bcryptHash": secret("y"), "__meta": "z", "lower": true, "number": true})
	for name, test := range cases {
		diff, err := client.Diff(context.Background(), &pulumirpc.DiffRequest{
			Urn: resource, Id: "none", Olds: message(t, state), OldInputs: message(t, was), News: message(t, test.inputs),
		})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(diff.Replaces, test.want) || !slices.Equal(diff.Diffs, test.want) {
			t.Errorf("%s: replaced for %v, changed are %v, want %v", name, diff.Replaces, diff.Diffs, test.want)
		}
		if hasChanges := diff.Changes == pulumirpc.DiffResponse_DIFF_SOME; hasChanges != (test.want != nil) {
			t.Errorf("%s: %v", name, diff.Changes)
		}
		if diff.DeleteBeforeReplace {
			t.Errorf("%s: the old password would be gone before there is a new one", name)
		}
	}
}

func TestCheckOverTheWire(t *testing.T) {
	client, ctx := engine(t), context.Background()
	given := message(t, object{"length": secret(4), "keepers": object{"year": unknown}})
	checked, err := client.Check(ctx, &pulumirpc.CheckRequest{Urn: resource, News: given})
	if err != nil {
		t.Fatal(err)
	}
	if len(checked.Failures) > 0 || !proto.Equal(checked.Inputs, given) {
		t.Errorf("inputs became %v, failures %v", checked.Inputs, checked.Failures)
	}
	checked, err = client.Check(ctx, &pulumirpc.CheckRequest{Urn: resource, News: message(t, object{"length": 4, "size": 4})})
	if err != nil {
		t.Fatal(err)
	}
	if len(checked.Failures) != 1 || checked.Failures[0].Property != "size" {
		t.Errorf("failures are %v, want one about size", checked.Failures)
	}
}

func TestOtherTypesAreRefused(t *testing.T) {
	client, ctx := engine(t), context.Background()
	const pet = "random:index/randomPet:RandomPet"
	other := strings.Replace(resource, passwordType, pet, 1)
	_, checkErr := client.Check(ctx, &pulumirpc.CheckRequest{Urn: other, News: message(t, object{"length": 2})})
	_, readErr := client.Read(ctx, &pulumirpc.ReadRequest{Urn: other, Id: "rex"})
	for _, err := range []error{checkErr, readErr} {
		if err == nil || !strings.Contains(err.Error(), pet) {
			t.Errorf("error is %v, want one that names %s", err, pet)
		}
	}
}

func TestReadKeepsWhatIsInTheState(t *testing.T) {
	request := &pulumirpc.ReadRequest{
		Urn: resource, Id: "none",
		Inputs:     message(t, object{"length": 4}),
		Properties: message(t, object{"length": 4, "result": secret("abcd")}),
	}
	read, err := engine(t).Read(context.Background(), request)
	if err != nil {
		t.Fatal(err)
	}
	if read.Id != request.Id || !proto.Equal(read.Inputs, request.Inputs) || !proto.Equal(read.Properties, request.Properties) {
		t.Errorf("read %v", read)
	}
}

func TestImport(t *testing.T) {
	read, err := engine(t).Read(context.Background(), &pulumirpc.ReadRequest{Urn: resource, Id: "hunter§2"})
	if err != nil {
		t.Fatal(err)
	}
	if password := hidden(t, read.Properties.Fields["result"]); password != "hunter§2" || read.Id != "none" {
		t.Errorf("imported %q with the ID %q", password, read.Id)
	}
	if !proto.Equal(read.Inputs, message(t, object{"length": 8})) || !read.Properties.Fields["special"].GetBoolValue() {
		t.Errorf("inputs %v, state %v", read.Inputs, read.Properties)
	}
}

func TestConfigureAndDelete(t *testing.T) {
	client, ctx := engine(t), context.Background()
	configured, err := client.Configure(ctx, &pulumirpc.ConfigureRequest{AcceptSecrets: true})
	if err != nil {
		t.Fatal(err)
	}
	if !configured.AcceptSecrets || !configured.AcceptResources || !configured.SupportsPreview {
		t.Errorf("the provider is configured as %v", configured)
	}
	if _, err := client.Delete(ctx, &pulumirpc.DeleteRequest{Urn: resource, Id: "none"}); err != nil {
		t.Error(err)
	}
	info, err := client.GetPluginInfo(ctx, &emptypb.Empty{})
	if err != nil || info.Version != version {
		t.Errorf("version is %v (%v), want %s", info, err, version)
	}
}

func TestSchema(t *testing.T) {
	got, err := engine(t).GetSchema(context.Background(), &pulumirpc.GetSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	type property struct {
		Type   string
		Secret bool
	}
	var declared struct {
		Name      string
		Resources map[string]struct {
			InputProperties, Properties map[string]property
			RequiredInputs, Required    []string
		}
	}
	if err := json.Unmarshal([]byte(got.Schema), &declared); err != nil {
		t.Fatal(err)
	}
	password := declared.Resources[passwordType]
	if declared.Name != "random" || !slices.Equal(password.RequiredInputs, []string{"length"}) {
		t.Errorf("schema is %+v", declared)
	}
	for name, input := range password.InputProperties {
		if password.Properties[name] != input || phrases[input.Type] == "" || inputTypes[name] != input.Type {
			t.Errorf("input %s is %+v, the output %+v", name, input, password.Properties[name])
		}
	}
	optional := []string{"keepers", "overrideSpecial"}
	for name, output := range password.Properties {
		if _, isInput := password.InputProperties[name]; output.Secret == isInput {
			t.Errorf("output %s: secret is %v", name, output.Secret)
		}
		if slices.Contains(password.Required, name) == slices.Contains(optional, name) {
			t.Errorf("output %s: it is wrong whether it is always there", name)
		}
	}
}
