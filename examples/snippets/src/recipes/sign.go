// Prints the two tokens of the shared vector: go run sign.go <secret> <file of the private key> <now>
package main

import (
	"fmt"
	"log"
	"os"
	"strconv"
)

// #region sign
import (
	"crypto"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
)

// What a user does not have is left out: null and "" are not what is meant.
type SupportClaims struct {
	TenantID  string   `json:"tenantId"`
	UserID    string   `json:"userId"`
	UserEmail string   `json:"userEmail,omitempty"`
	UserRoles []string `json:"userRoles,omitempty"`
	Plan      string   `json:"plan,omitempty"`
	IssuedAt  int64    `json:"iat"`
	ExpiresAt int64    `json:"exp"`
}

type SearchClaims struct {
	Issuer         string         `json:"iss"`
	Audience       string         `json:"aud"`
	IntegrationID  string         `json:"integrationId"`
	Filters        map[string]any `json:"filters"`
	UserAttributes map[string]any `json:"userAttributes,omitempty"`
	IssuedAt       int64          `json:"iat"`
	ExpiresAt      int64          `json:"exp"`
}

func signingInput(alg string, claims any) (string, error) {
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	header := `{"alg":"` + alg + `","typ":"JWT"}`
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(header)) + "." + encode(payload), nil
}

func SupportToken(claims SupportClaims, secret string, now int64) (string, error) {
	if claims.TenantID == "" || claims.UserID == "" {
		return "", errors.New("a token names a tenant and a user")
	}
	claims.IssuedAt, claims.ExpiresAt = now, now+3600
	input, err := signingInput("HS256", claims)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

// SearchToken takes a private key in PKCS#8, as `openssl genpkey` writes it.
func SearchToken(claims SearchClaims, privateKey []byte, now int64) (string, error) {
	if len(claims.Filters) == 0 {
		return "", errors.New("a token without filters may see everything")
	}
	block, _ := pem.Decode(privateKey)
	if block == nil {
		return "", errors.New("the private key is not PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return "", err
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return "", errors.New("RS256 needs an RSA key")
	}
	claims.Audience = "https://api.inkeep.com"
	claims.IssuedAt, claims.ExpiresAt = now, now+24*3600
	input, err := signingInput("RS256", claims)
	if err != nil {
		return "", err
	}
	digest := sha256.Sum256([]byte(input))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	if err != nil {
		return "", err
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}
// #endregion

func main() {
	now, err := strconv.ParseInt(os.Args[3], 10, 64)
	check(err)
	support, err := SupportToken(SupportClaims{
		TenantID:  "ten_acme",
		UserID:    "usr_42",
		UserEmail: "ada@acme.example",
		UserRoles: []string{"user", "admin"},
		Plan:      "pro",
	}, os.Args[1], now)
	check(err)
	fmt.Println(support)

	key, err := os.ReadFile(os.Args[2])
	check(err)
	modules := map[string]any{"$in": []string{"module1", "module2"}}
	and := []any{map[string]any{"env": "dev"}, map[string]any{"modules": modules}}
	search, err := SearchToken(SearchClaims{
		Issuer:         "https://auth.mydomain.com",
		IntegrationID:  "int_docs",
		Filters:        map[string]any{"attributes": map[string]any{"$and": and}},
		UserAttributes: map[string]any{"note": "\u00e9 \"\\ \U0001f512\n", "userId": "usr_42"},
	}, key, now)
	check(err)
	fmt.Println(search)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
