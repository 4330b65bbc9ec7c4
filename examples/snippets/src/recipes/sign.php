<?php
// Prints the two tokens of the shared vector: php sign.php <secret> <file of the private key> <now>
// #region sign
function base64url(string $bytes): string
{
    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
}

function signing_input(string $alg, array $payload): string
{
    $flags = JSON_THROW_ON_ERROR | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE;
    $header = ['alg' => $alg, 'typ' => 'JWT'];
    return base64url(json_encode($header, $flags)) . '.' . base64url(json_encode($payload, $flags));
}

function support_token(array $user, string $tenantId, string $secret, ?int $now = null): string
{
    $now ??= time();
    $payload = [
        'tenantId' => $tenantId,
        'userId' => $user['id'],
        'userEmail' => $user['email'] ?? null,
        'userRoles' => isset($user['roles']) ? array_values($user['roles']) : null,
        'plan' => $user['plan'] ?? null,
        'iat' => $now,
        'exp' => $now + 3600,
    ];
    // What a user does not have is left out: null is refused.
    $input = signing_input('HS256', array_filter($payload, fn ($value) => $value !== null));
    return $input . '.' . base64url(hash_hmac('sha256', $input, $secret, true));
}

function search_token(
    string $integrationId,
    string $issuer,
    string $privateKey,
    array $filters,
    array $userAttributes,
    ?int $now = null,
): string {
    if ($filters === []) {
        throw new InvalidArgumentException('a token without filters may see everything');
    }
    $now ??= time();
    $input = signing_input('RS256', [
        'iss' => $issuer,
        'aud' => 'https://api.inkeep.com',
        'integrationId' => $integrationId,
        'filters' => $filters,
        'userAttributes' => (object) $userAttributes,
        'iat' => $now,
        'exp' => $now + 24 * 3600,
    ]);
    if (!openssl_sign($input, $signature, $privateKey, OPENSSL_ALGO_SHA256)) {
        throw new RuntimeException('the private key does not sign');
    }
    return $input . '.' . base64url($signature);
}
// #endregion

[, $secret, $keyFile, $now] = $argv;
$ada = ['id' => 'usr_42', 'email' => 'ada@acme.example', 'roles' => ['user', 'admin'], 'plan' => 'pro'];
echo support_token($ada, 'ten_acme', $secret, (int) $now), "\n";
echo search_token(
    'int_docs',
    'https://auth.mydomain.com',
    file_get_contents($keyFile),
    ['attributes' => ['$and' => [['env' => 'dev'], ['modules' => ['$in' => ['module1', 'module2']]]]]],
    ["note" => "\u{e9} \"\\ \u{1f512}\n", "userId" => "usr_42"],
    (int) $now,
), "\n";
