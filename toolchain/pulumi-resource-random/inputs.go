package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"

	"github.com/pulumi/pulumi/sdk/v3/go/property"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// passwordType is the one resource type of the schema.
const passwordType = "random:index/randomPassword:RandomPassword"

//go:embed schema.json
var schema string

// inputTypes are the types of the inputs by name, as the schema declares them.
var inputTypes = func() map[string]string {
	var declared struct {
		Resources map[string]struct {
			InputProperties map[string]struct{ Type string }
		}
	}
	if err := json.Unmarshal([]byte(schema), &declared); err != nil {
		panic(err)
	}
	types := map[string]string{}
	for name, input := range declared.Resources[passwordType].InputProperties {
		types[name] = input.Type
	}
	return types
}()

// classInputs are, for each class of characters, the input that allows it and the one that is its minimum.
// The special characters, which a program can choose, are the last.
var classInputs = []struct{ allowed, minimum, alphabet string }{
	{"lower", "minLower", "abcdefghijklmnopqrstuvwxyz"},
	{"upper", "minUpper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
	{"numeric", "minNumeric", "0123456789"},
	{"special", "minSpecial", "!@#$%&*()-_=+[]{}<>:?"},
}

// complete adds the defaults of inputs that are not given. `number` is the old name of `numeric`: where
// one is given, it is the other's default.
func complete(inputs property.Map) property.Map {
	fill := func(name string, value property.Value) {
		if inputs.Get(name).IsNull() {
			inputs = inputs.Set(name, value)
		}
	}
	fill("numeric", inputs.Get("number"))
	for _, class := range classInputs {
		fill(class.allowed, property.New(true))
		fill(class.minimum, property.New(0.0))
	}
	fill("number", inputs.Get("numeric"))
	return inputs
}

// classes are the classes of characters that complete inputs ask for.
func classes(inputs property.Map) []class {
	var asked []class
	for _, names := range classInputs {
		allowed, minimum := inputs.Get(names.allowed).AsBool(), inputs.Get(names.minimum).AsNumber()
		asked = append(asked, class{allowed, int(minimum), names.alphabet})
	}
	if own := inputs.Get("overrideSpecial"); own.IsString() && own.AsString() != "" {
		asked[len(asked)-1].alphabet = own.AsString()
	}
	return asked
}

type failures []*pulumirpc.CheckFailure

func (f *failures) add(name, problem string) {
	*f = append(*f, &pulumirpc.CheckFailure{Property: name, Reason: name + " " + problem})
}

// check is all that is wrong with inputs. What is not known yet is expected to be right.
func check(inputs property.Map) failures {
	var found failures
	for name, value := range inputs.AllStable {
		if kind, declared := inputTypes[name]; !declared {
			found.add(name, "is not an input of "+passwordType)
		} else if !fits(value, kind) {
			found.add(name, "must be "+phrases[kind])
		}
	}
	if inputs.Get("length").IsNull() {
		found.add("length", "is required")
	}
	if found != nil {
		return found
	}
	return checkTogether(complete(inputs))
}

// phrases say what a type of the schema is.
var phrases = map[string]string{
	"boolean": "true or false",
	"integer": "a whole number",
	"string":  "a string",
	"object":  "a map of strings",
}

// fits reports whether a value is, or may become, of a type of the schema.
func fits(value property.Value, kind string) bool {
	if value.IsNull() || value.IsComputed() {
		return true
	}
	switch kind {
	case "boolean":
		return value.IsBool()
	case "integer":
		return value.IsNumber() && value.AsNumber() == math.Trunc(value.AsNumber())
	case "string":
		return value.IsString()
	case "object":
		for _, element := range elements(value) {
			if !fits(element, "string") {
				return false
			}
		}
		return value.IsMap()
	default:
		return false
	}
}

// elements are those of a map; nothing else has any.
func elements(value property.Value) map[string]property.Value {
	if !value.IsMap() {
		return nil
	}
	return value.AsMap().AsMap()
}

// checkTogether is what is wrong with complete inputs of the right types.
func checkTogether(inputs property.Map) failures {
	var found failures
	number, numeric := inputs.Get("number"), inputs.Get("numeric")
	if !plain(known(number, numeric)).Equals(plain(known(numeric, number))) {
		found.add("number", "is the old name of numeric and must not differ from it")
	}
	isAnyAllowed, sum := false, 0.0
	for _, class := range classInputs {
		if known(inputs.Get(class.allowed), property.New(true)).AsBool() {
			isAnyAllowed = true
		}
		minimum := known(inputs.Get(class.minimum), property.New(0.0)).AsNumber()
		if minimum < 0 {
			found.add(class.minimum, "must be at least 0")
		}
		sum += minimum
	}
	if !isAnyAllowed {
		found.add("lower", "must be true if upper, numeric and special are false")
	}
	least := max(1, sum)
	if known(inputs.Get("length"), property.New(least)).AsNumber() < least {
		found.add("length", fmt.Sprintf("must be at least %v", least))
	}
	return found
}

// known is a value, or another one as long as it is not known.
func known(value, otherwise property.Value) property.Value {
	if value.IsComputed() {
		return otherwise
	}
	return value
}

// plain is a value without the marks that make it secret, or elements of it.
func plain(value property.Value) property.Value {
	if all := elements(value); all != nil {
		for name, element := range all {
			all[name] = plain(element)
		}
		value = property.New(all)
	}
	return value.WithSecret(false)
}
