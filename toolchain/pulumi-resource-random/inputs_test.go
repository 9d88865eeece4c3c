package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"
	"github.com/pulumi/pulumi/sdk/v3/go/propertyrpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"
)

type object = map[string]any

func message(t *testing.T, properties object) *structpb.Struct {
	t.Helper()
	made, err := structpb.NewStruct(properties)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func secret(value any) object { return object{sig.Key: sig.Secret, "value": value} }

const unknown = sig.UnknownStringValue

// with is the properties with one more, or another one.
func with(properties object, name string, value any) object {
	changed := maps.Clone(properties)
	changed[name] = value
	return changed
}

func TestCheck(t *testing.T) {
	noLetters := object{"length": 4, "lower": false, "upper": false, "special": false}
	cases := map[string]struct {
		inputs object
		wrong  []string
	}{
		"the least": {object{"length": 1}, nil},
		"all": {object{
			"length": 16, "lower": true, "upper": false, "numeric": true, "special": true, "overrideSpecial": "-_",
			"minLower": 1, "minUpper": 0, "minNumeric": 2, "minSpecial": 3, "keepers": object{"year": "2026"},
		}, nil},
		"no length":             {object{}, []string{"length"}},
		"null length":           {object{"length": nil}, []string{"length"}},
		"length 0":              {object{"length": 0}, []string{"length"}},
		"length not whole":      {object{"length": 1.5}, []string{"length"}},
		"length a string":       {object{"length": "16"}, []string{"length"}},
		"secret length":         {object{"length": secret(16)}, nil},
		"secret length 0":       {object{"length": secret(0)}, []string{"length"}},
		"length is the minima":  {object{"length": 4, "minLower": 1, "minNumeric": 1, "minSpecial": 2}, nil},
		"length below minima":   {object{"length": 4, "minUpper": 1, "minNumeric": 2, "minSpecial": 2}, []string{"length"}},
		"negative minimum":      {object{"length": 4, "minUpper": -1}, []string{"minUpper"}},
		"one class":             {noLetters, nil},
		"no class":              {with(noLetters, "numeric", false), []string{"lower"}},
		"no class, old name":    {with(noLetters, "number", false), []string{"lower"}},
		"class a string":        {object{"length": 4, "upper": "false"}, []string{"upper"}},
		"both names":            {object{"length": 4, "number": false, "numeric": secret(false)}, nil},
		"names differ":          {object{"length": 4, "number": false, "numeric": true}, []string{"number"}},
		"not an input":          {object{"length": 4, "size": 4}, []string{"size"}},
		"an output":             {object{"length": 4, "result": "1234"}, []string{"result"}},
		"keepers a string":      {object{"length": 4, "keepers": "2026"}, []string{"keepers"}},
		"keeper a number":       {object{"length": 4, "keepers": object{"year": 2026}}, []string{"keepers"}},
		"keeper secret":         {object{"length": 4, "keepers": object{"year": secret("2026")}}, nil},
		"special a list":        {object{"length": 4, "overrideSpecial": []any{"-"}}, []string{"overrideSpecial"}},
		"unknown":               {object{"length": unknown, "number": unknown, "minUpper": unknown, "keepers": unknown}, nil},
		"unknown keeper":        {object{"length": 4, "keepers": object{"year": unknown}}, nil},
		"unknown class":         {with(noLetters, "numeric", unknown), nil},
		"unknown old name":      {object{"length": 4, "number": unknown, "numeric": false}, nil},
		"unknown secret":        {object{"length": secret(unknown), "minLower": secret(unknown)}, nil},
		"unknown and too short": {object{"length": 2, "minLower": unknown, "minUpper": 3}, []string{"length"}},
		"several":               {object{"lower": 1, "size": 4}, []string{"length", "lower", "size"}},
	}
	for name, test := range cases {
		inputs, err := propertyrpc.Unmarshal(message(t, test.inputs))
		if err != nil {
			t.Fatal(err)
		}
		var wrong []string
		for _, failure := range check(inputs) {
			wrong = append(wrong, failure.Property)
			if !strings.HasPrefix(failure.Reason, failure.Property+" ") {
				t.Errorf("%s: %q does not say which input it is about", name, failure.Reason)
			}
		}
		if slices.Sort(wrong); !slices.Equal(wrong, test.wrong) {
			t.Errorf("%s: wrong are %v, want %v", name, wrong, test.wrong)
		}
	}
}

func TestComplete(t *testing.T) {
	cases := map[string]struct{ inputs, want object }{
		"nothing": {object{}, object{
			"lower": true, "upper": true, "numeric": true, "number": true, "special": true,
			"minLower": 0, "minUpper": 0, "minNumeric": 0, "minSpecial": 0,
		}},
		"given stays": {object{"upper": false, "minLower": 2}, object{"upper": false, "minLower": 2, "lower": true}},
		"new name":    {object{"numeric": false}, object{"numeric": false, "number": false}},
		"old name":    {object{"number": secret(false)}, object{"numeric": secret(false), "number": secret(false)}},
	}
	for name, test := range cases {
		inputs, err := propertyrpc.Unmarshal(message(t, test.inputs))
		if err != nil {
			t.Fatal(err)
		}
		completed := propertyrpc.Marshal(complete(inputs)).Fields
		for key, want := range message(t, test.want).Fields {
			if got := completed[key]; !proto.Equal(got, want) {
				t.Errorf("%s: %s is %v, want %v", name, key, got, want)
			}
		}
	}
}

func TestClasses(t *testing.T) {
	special := func(given object) string {
		inputs, err := propertyrpc.Unmarshal(message(t, given))
		if err != nil {
			t.Fatal(err)
		}
		all := classes(complete(inputs))
		return all[len(all)-1].alphabet
	}
	if got := special(object{"overrideSpecial": secret("-_")}); got != "-_" {
		t.Errorf("special characters are %q, want those of the program", got)
	}
	for name, given := range map[string]object{"not given": {}, "empty": {"overrideSpecial": ""}} {
		if got := special(given); got != "!@#$%&*()-_=+[]{}<>:?" {
			t.Errorf("%s: special characters are %q", name, got)
		}
	}
}
