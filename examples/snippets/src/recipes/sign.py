# Prints the two tokens of the shared vector: python3 sign.py <secret> <file of the private key> <now>
# #region sign
import time

import jwt  # PyJWT; for RS256 with its extra: pip install "pyjwt[crypto]"


def support_token(user, tenant_id, secret, now=None):
    now = int(time.time()) if now is None else now
    payload = {
        "tenantId": tenant_id,
        "userId": user["id"],
        "userEmail": user.get("email"),
        "userRoles": user.get("roles"),
        "plan": user.get("plan"),
        "iat": now,
        "exp": now + 3600,
    }
    # What a user does not have is left out: null is refused.
    payload = {name: value for name, value in payload.items() if value is not None}
    return jwt.encode(payload, secret, algorithm="HS256")


def search_token(integration_id, issuer, private_key, filters, user_attributes, now=None):
    if not filters:
        raise ValueError("a token without filters may see everything")
    now = int(time.time()) if now is None else now
    payload = {
        "iss": issuer,
        "aud": "https://api.inkeep.com",
        "integrationId": integration_id,
        "filters": filters,
        "userAttributes": user_attributes,
        "iat": now,
        "exp": now + 24 * 3600,
    }
    return jwt.encode(payload, private_key, algorithm="RS256")
# #endregion


if __name__ == "__main__":
    import sys

    _, secret, key_file, now = sys.argv
    ada = {"id": "usr_42", "email": "ada@acme.example", "roles": ["user", "admin"], "plan": "pro"}
    print(support_token(ada, "ten_acme", secret, int(now)))
    with open(key_file) as file:
        print(
            search_token(
                "int_docs",
                "https://auth.mydomain.com",
                file.read(),
                {"attributes": {"$and": [{"env": "dev"}, {"modules": {"$in": ["module1", "module2"]}}]}},
                {"note": "\u00e9 \"\\ \U0001f512\n", "userId": "usr_42"},
                int(now),
            )
        )
