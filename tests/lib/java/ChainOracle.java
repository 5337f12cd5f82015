import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateRevokedException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The JDK's PKIX, as a stranger who knows the root alone: builds the chain of each leaf and asks for its revocation by CRL or OCSP.
 *   ROOT fetch LEAF…                  issuing CA and CRLs from the addresses that the certificates name
 *   ROOT ocsp LEAF…                   issuing CA from there too, the leaf's revocation by OCSP alone
 *   ROOT given CA CRL… -- LEAF…       from these files, nothing is fetched
 * A line for each leaf: "valid N" (certificates under the root), "revoked REASON", or "invalid REASON".
 */
public final class ChainOracle {
    private static CertificateFactory x509;

    private static X509Certificate certificate(String file) throws Exception {
        return (X509Certificate) x509.generateCertificate(new ByteArrayInputStream(Files.readAllBytes(Path.of(file))));
    }

    /** What went wrong first, looked for through the causes. */
    private static String reason(Throwable failure) {
        String found = "OTHER";

        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof CertificateRevokedException)
                return "revoked " + ((CertificateRevokedException) t).getRevocationReason();
            if (t instanceof CertPathValidatorException)
                found = ((CertPathValidatorException) t).getReason().toString();
        }
        return "invalid " + found;
    }

    private static String judge(X509Certificate root, X509Certificate leaf, List<Object> known, boolean fetch, boolean ocsp) throws Exception {
        X509CertSelector target = new X509CertSelector();
        target.setCertificate(leaf);
        PKIXBuilderParameters parameters = new PKIXBuilderParameters(Set.of(new TrustAnchor(root, null)), target);
        List<Object> all = new ArrayList<>(known);
        all.add(leaf);
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(all)));
        parameters.setRevocationEnabled(false);

        /* First the chain, then the same chain with revocation: a builder would only say that there is no path. */
        CertPathBuilder builder = CertPathBuilder.getInstance("PKIX");
        PKIXCertPathBuilderResult built;
        try {
            built = (PKIXCertPathBuilderResult) builder.build(parameters);
        } catch (CertPathBuilderException e) {
            return reason(e);
        }
        CertPathValidator validator = CertPathValidator.getInstance("PKIX");
        if (fetch) {
            PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
            checker.setOptions(EnumSet.of(ocsp ? PKIXRevocationChecker.Option.ONLY_END_ENTITY : PKIXRevocationChecker.Option.PREFER_CRLS,
                PKIXRevocationChecker.Option.NO_FALLBACK));
            parameters.addCertPathChecker(checker);
        } else {
            /* a checker of one's own always goes to the addresses in the certificate; the default one obeys enableCRLDP */
            parameters.setRevocationEnabled(true);
        }
        try {
            validator.validate(built.getCertPath(), parameters);
        } catch (CertPathValidatorException e) {
            return reason(e);
        }
        return "valid " + built.getCertPath().getCertificates().size();
    }

    public static void main(String[] args) throws Exception {
        boolean ocsp = args[1].equals("ocsp");
        boolean fetch = ocsp || args[1].equals("fetch");
        List<Object> known = new ArrayList<>();
        int next = 2;

        System.setProperty("com.sun.security.enableCRLDP", String.valueOf(fetch));
        System.setProperty("com.sun.security.enableAIAcaIssuers", String.valueOf(fetch));
        x509 = CertificateFactory.getInstance("X.509");
        X509Certificate root = certificate(args[0]);
        if (!fetch) {
            known.add(certificate(args[next++]));
            for (; !args[next].equals("--"); next++)
                known.add(x509.generateCRL(new ByteArrayInputStream(Files.readAllBytes(Path.of(args[next])))));
            next++;
        }
        for (; next < args.length; next++)
            System.out.println(judge(root, certificate(args[next]), known, fetch, ocsp));
    }
}
