package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/crypto/bcrypt"
)

const letters, digits, signs = "abcdefghijklmnopqrstuvwxyz", "0123456789", "-_§"

func TestGenerate(t *testing.T) {
	cases := map[string]struct {
		length   int
		classes  []class
		alphabet string
	}{
		"one class":            {20, []class{{true, 0, letters}, {false, 0, digits}}, letters},
		"all classes":          {40, []class{{true, 0, letters}, {true, 0, digits}, {true, 0, signs}}, letters + digits + signs},
		"minima":               {9, []class{{true, 1, letters}, {true, 3, digits}, {true, 4, signs}}, letters + digits + signs},
		"nothing but minima":   {6, []class{{true, 2, letters}, {true, 4, digits}}, letters + digits},
		"minimum, not allowed": {12, []class{{true, 0, letters}, {false, 2, signs}}, letters + signs},
		"one character":        {1, []class{{true, 1, signs}}, signs},
	}
	for name, test := range cases {
		for range 300 {
			password := generate(test.length, test.classes)
			if length := utf8.RuneCountInString(password); length != test.length {
				t.Fatalf("%s: %q has %d characters, want %d", name, password, length, test.length)
			}
			if strings.Trim(password, test.alphabet) != "" {
				t.Fatalf("%s: %q has characters that are not of %q", name, password, test.alphabet)
			}
			for _, class := range test.classes {
				has := count(password, class.alphabet)
				if has < class.minimum || !class.allowed && has > class.minimum {
					t.Fatalf("%s: %q has %d of %q, minimum %d", name, password, has, class.alphabet, class.minimum)
				}
			}
		}
	}
}

// count is how many characters of a password are of an alphabet.
func count(password, alphabet string) int {
	found := 0
	for _, character := range password {
		if strings.ContainsRune(alphabet, character) {
			found++
		}
	}
	return found
}

func TestPasswordsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		seen[generate(16, []class{{true, 0, letters}})] = true
	}
	if len(seen) != 1000 {
		t.Errorf("1000 passwords, only %d different", len(seen))
	}
}

// Expected are 4000 and 5333, with a standard deviation of 60 at most: seven times that does not happen.
func TestEveryCharacterAndPlaceIsAsLikely(t *testing.T) {
	characters, places := map[rune]int{}, map[int]int{}
	for range 16_000 {
		password := generate(4, []class{{true, 0, "abc"}, {false, 1, "1"}})
		places[strings.IndexRune(password, '1')]++
		characters[[]rune(strings.ReplaceAll(password, "1", ""))[0]]++
	}
	for place := range 4 {
		if got := places[place]; got < 3580 || got > 4420 {
			t.Errorf("the digit was at place %d %d times of 16000", place, got)
		}
	}
	for _, character := range "abc" {
		if got := characters[character]; got < 4913 || got > 5753 {
			t.Errorf("%c was the first letter %d times of 16000", character, got)
		}
	}
}

func TestHash(t *testing.T) {
	long := strings.Repeat("x", hashable)
	for password, other := range map[string]string{"correct": "incorrect", long + "tail": long[1:]} {
		hashed, err := hash(password)
		if err != nil {
			t.Fatal(err)
		}
		compared := password[:min(len(password), hashable)]
		if err := bcrypt.CompareHashAndPassword([]byte(hashed), []byte(compared)); err != nil {
			t.Errorf("%s is not the hash of %s: %v", hashed, compared, err)
		}
		if bcrypt.CompareHashAndPassword([]byte(hashed), []byte(other)) == nil {
			t.Errorf("%s is a hash of %s, too", hashed, other)
		}
	}
}
