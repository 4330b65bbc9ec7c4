// Prints the two tokens of the shared vector: java Sign.java <secret> <file of the private key> <now>
import java.nio.file.Files;
import java.nio.file.Path;
// #region sign
import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
// #endregion

class Sign {
    public static void main(String[] arguments) throws Exception {
        var now = Long.parseLong(arguments[2]);
        var ada = new Tokens.User("usr_42", "ada@acme.example", List.of("user", "admin"), "pro");
        System.out.println(Tokens.supportToken(ada, "ten_acme", arguments[0], now));

        var attributes = new LinkedHashMap<String, Object>();
        attributes.put("note", "\u00e9 \"\\ \ud83d\udd12\n");
        attributes.put("userId", "usr_42");
        Map<String, Object> modules = Map.of("modules", Map.of("$in", List.of("module1", "module2")));
        System.out.println(
                Tokens.searchToken(
                        "int_docs",
                        "https://auth.mydomain.com",
                        Files.readString(Path.of(arguments[1])),
                        Map.of("attributes", Map.of("$and", List.of(Map.of("env", "dev"), modules))),
                        attributes,
                        now));
    }
}

// #region sign
final class Tokens {
    record User(String id, String email, List<String> roles, String plan) {}

    static String supportToken(User user, String tenantId, String secret, long now)
            throws GeneralSecurityException {
        var payload = new LinkedHashMap<String, Object>();
        payload.put("tenantId", tenantId);
        payload.put("userId", Objects.requireNonNull(user.id()));
        payload.put("userEmail", user.email());
        payload.put("userRoles", user.roles());
        payload.put("plan", user.plan());
        payload.put("iat", now);
        payload.put("exp", now + 3600);
        // What a user does not have is left out: null is refused.
        payload.values().removeIf(Objects::isNull);
        var input = signingInput("HS256", payload);
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
        return input + "." + base64url(mac.doFinal(input.getBytes(UTF_8)));
    }

    /** The private key is PKCS#8 PEM, as `openssl genpkey` writes it. */
    static String searchToken(
            String integrationId,
            String issuer,
            String privateKey,
            Map<String, Object> filters,
            Map<String, Object> userAttributes,
            long now)
            throws GeneralSecurityException {
        if (filters.isEmpty())
            throw new IllegalArgumentException("a token without filters may see everything");
        var payload = new LinkedHashMap<String, Object>();
        payload.put("iss", issuer);
        payload.put("aud", "https://api.inkeep.com");
        payload.put("integrationId", integrationId);
        payload.put("filters", filters);
        payload.put("userAttributes", userAttributes);
        payload.put("iat", now);
        payload.put("exp", now + 24 * 3600);
        var input = signingInput("RS256", payload);
        var der = Base64.getMimeDecoder().decode(privateKey.replaceAll("-----[A-Z ]+-----", ""));
        var signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der)));
        signature.update(input.getBytes(UTF_8));
        return input + "." + base64url(signature.sign());
    }

    private static String signingInput(String alg, Map<String, Object> payload) {
        var header = "{\"alg\":\"" + alg + "\",\"typ\":\"JWT\"}";
        return base64url(header.getBytes(UTF_8)) + "." + base64url(json(payload).getBytes(UTF_8));
    }

    private static String base64url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Java has no JSON of its own. With a library for it, this is one call. */
    private static String json(Object value) {
        if (value instanceof Map<?, ?> map)
            return map.entrySet().stream()
                    .map(entry -> json(entry.getKey()) + ":" + json(entry.getValue()))
                    .collect(Collectors.joining(",", "{", "}"));
        if (value instanceof List<?> list)
            return list.stream().map(Tokens::json).collect(Collectors.joining(",", "[", "]"));
        if (value instanceof String text)
            return text.chars()
                    .mapToObj(
                            unit ->
                                    unit < 0x20 || unit == '"' || unit == '\\'
                                            ? String.format("\\u%04x", unit)
                                            : String.valueOf((char) unit))
                    .collect(Collectors.joining("", "\"", "\""));
        if (value instanceof Long || value instanceof Integer || value instanceof Boolean)
            return value.toString();
        throw new IllegalArgumentException("this is not JSON, or null");
    }
}
// #endregion
