package jenkins.security.apitoken;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import standin.home.Files2;
import standin.home.Xml;
import standin.model.Passwords;

/** Tokens by their hash; nothing is saved until the user is. */
public class ApiTokenStore {
    private static final String VERSION = "11";
    private final Map<String, String> nameByHash = new LinkedHashMap<>();

    /** A new token and the only time its plain value is told. */
    public synchronized TokenUuidAndPlainValue generateNewToken(String name) {
        String plain = Files2.randomHex(16);
        nameByHash.put(Passwords.digest("SHA-256", plain), name);
        return new TokenUuidAndPlainValue(UUID.randomUUID().toString(), VERSION + plain);
    }

    /** Take a token chosen elsewhere: the version and 32 hexadecimal digits. */
    public synchronized String addFixedNewToken(String name, String plain) {
        if (!plain.matches(VERSION + "[0-9a-f]{32}")) {
            throw new IllegalArgumentException("The token must be " + VERSION + " and 32 hexadecimal digits");
        }
        nameByHash.put(Passwords.digest("SHA-256", plain.substring(VERSION.length())), name);
        return UUID.randomUUID().toString();
    }

    public synchronized boolean matches(String token) {
        return token.length() == VERSION.length() + 32 && token.startsWith(VERSION)
                && nameByHash.containsKey(Passwords.digest("SHA-256", token.substring(VERSION.length())));
    }

    public synchronized String toXml() {
        StringBuilder xml = new StringBuilder();
        nameByHash.forEach((hash, name) ->
                xml.append(Xml.element("tokenName", name)).append(Xml.element("tokenHash", hash)));
        return xml.toString();
    }

    public synchronized void fromXml(String xml) {
        var names = Xml.texts(xml, "tokenName");
        var hashes = Xml.texts(xml, "tokenHash");
        for (int i = 0; i < hashes.size(); i++) {
            nameByHash.put(hashes.get(i), names.get(i));
        }
    }

    /** What a fresh token is. */
    public static class TokenUuidAndPlainValue {
        public final String tokenUuid;
        public final String plainValue;

        TokenUuidAndPlainValue(String tokenUuid, String plainValue) {
            this.tokenUuid = tokenUuid;
            this.plainValue = plainValue;
        }
    }
}
