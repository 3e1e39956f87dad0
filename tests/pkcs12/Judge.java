import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Collections;
import javax.crypto.Cipher;

/**
 * Opens keystores as other programs do and prints one line an entry: provider, file, kind, serial number, chain length,
 * alias. Arguments: pairs of provider (BC or SunJSSE) and file. The password comes over standard input.
 * A private key that does not sign and decrypt for its certificate ends it with an error.
 */
public class Judge {
    public static void main(String[] arguments) throws Exception {
        char[] password = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
            .readLine().toCharArray();
        for (int i = 0; i < arguments.length; i += 2) {
            judge(arguments[i], arguments[i + 1], password);
        }
    }

    private static void judge(String reader, String path, char[] password) throws Exception {
        Provider provider = reader.equals("BC")
            ? (Provider) Class.forName("org.bouncycastle.jce.provider.BouncyCastleProvider").getConstructor().newInstance()
            : java.security.Security.getProvider(reader);
        KeyStore store = KeyStore.getInstance("PKCS12", provider);
        try (FileInputStream file = new FileInputStream(path)) {
            store.load(file, password);
        }
        for (String alias : Collections.list(store.aliases())) {
            X509Certificate certificate = (X509Certificate) store.getCertificate(alias);
            boolean isKey = store.isKeyEntry(alias);
            int length = isKey ? store.getCertificateChain(alias).length : 0;
            if (isKey) {
                prove(store.getKey(alias, password), certificate);
            }
            System.out.println(String.join("\t", reader, path, isKey ? "key" : "cert",
                certificate.getSerialNumber().toString(), Integer.toString(length), alias));
        }
    }

    private static void prove(Key key, Certificate certificate) throws Exception {
        byte[] text = "old messages stay readable".getBytes(StandardCharsets.UTF_8);
        Signature signer = Signature.getInstance("SHA256withRSA");
        signer.initSign((PrivateKey) key);
        signer.update(text);
        byte[] signature = signer.sign();
        signer.initVerify(certificate.getPublicKey());
        signer.update(text);
        Cipher cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        cipher.init(Cipher.ENCRYPT_MODE, certificate.getPublicKey());
        byte[] sealed = cipher.doFinal(text);
        cipher.init(Cipher.DECRYPT_MODE, key);
        if (!signer.verify(signature) || !java.util.Arrays.equals(text, cipher.doFinal(sealed))) {
            throw new IllegalStateException("the key does not fit its certificate");
        }
    }
}
