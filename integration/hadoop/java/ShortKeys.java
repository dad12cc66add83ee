import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyPairGeneratorSpi;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.spec.AlgorithmParameterSpec;

/**
 * RSA keys that are short, whatever length is asked for.
 *
 * <p>A ResourceManager makes one for the certificates of ApplicationMasters that speak TLS, which none here does, and
 * finding the primes of a long one takes it a tenth of its start, or with bad luck seconds.
 */
public final class ShortKeys extends Provider {
    private static final long serialVersionUID = 1;
    private static final int BITS = 1024;

    public ShortKeys() {
        super("ShortKeys", "1", "RSA keys of " + BITS + " bits");
        put("KeyPairGenerator.RSA", Generator.class.getName());
    }

    /** Leaves the work to the JDK's own. */
    public static final class Generator extends KeyPairGeneratorSpi {
        private final KeyPairGenerator own;

        public Generator() throws GeneralSecurityException {
            own = KeyPairGenerator.getInstance("RSA", "SunRsaSign");
            own.initialize(BITS);
        }

        @Override
        public void initialize(int bits, SecureRandom random) {}

        @Override
        public void initialize(AlgorithmParameterSpec parameters, SecureRandom random) {}

        @Override
        public KeyPair generateKeyPair() {
            return own.generateKeyPair();
        }
    }
}
