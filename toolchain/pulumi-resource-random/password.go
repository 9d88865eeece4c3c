package main

import (
	"crypto/rand"
	"math/big"

	"golang.org/x/crypto/bcrypt"
)

// class is a kind of character that a password may have.
type class struct {
	allowed  bool
	minimum  int
	alphabet string
}

// generate makes a password of characters of the classes that are allowed, each as likely as any other.
// As many as a class has as its minimum come from that class first, and from one not allowed as well:
// so does the registered provider.
func generate(length int, classes []class) string {
	var password, alphabet []rune
	for _, class := range classes {
		characters := []rune(class.alphabet)
		password = append(password, pick(class.minimum, characters)...)
		if class.allowed {
			alphabet = append(alphabet, characters...)
		}
	}
	password = append(password, pick(length-len(password), alphabet)...)
	for rest := len(password); rest > 1; rest-- {
		other := below(rest)
		password[rest-1], password[other] = password[other], password[rest-1]
	}
	return string(password)
}

func pick(count int, alphabet []rune) []rune {
	picked := make([]rune, count)
	for index := range picked {
		picked[index] = alphabet[below(len(alphabet))]
	}
	return picked
}

// below is a random number from 0 to limit-1, without bias.
func below(limit int) int {
	number, err := rand.Int(rand.Reader, big.NewInt(int64(limit)))
	if err != nil {
		panic(err) // crypto/rand's Reader never fails
	}
	return int(number.Int64())
}

// hashable is how many bytes of a password bcrypt looks at.
const hashable = 72

func hash(password string) (string, error) {
	hashed, err := bcrypt.GenerateFromPassword([]byte(password[:min(len(password), hashable)]), bcrypt.DefaultCost)
	return string(hashed), err
}
