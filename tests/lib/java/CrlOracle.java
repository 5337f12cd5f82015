// java CrlOracle.java ROOT CA ROOT-CRL CRL CERTIFICATE…: what the JDK's PKIX validator says of each certificate with this base CRL: "NAME good" or
// "NAME revoked REASON"; anything else is "NAME error …".
import java.io.ByteArrayInputStream;
import java.nio.file.*;
import java.security.cert.*;
import java.util.*;

class CrlOracle {
	static final CertificateFactory FACTORY = factory();
	static CertificateFactory factory() {
		try { return CertificateFactory.getInstance("X.509"); } catch (CertificateException e) { throw new IllegalStateException(e); }
	}
	static X509Certificate certificate(String path) throws Exception {
		return (X509Certificate)FACTORY.generateCertificate(new ByteArrayInputStream(Files.readAllBytes(Path.of(path))));
	}
	static CRL crl(String path) throws Exception { return FACTORY.generateCRL(new ByteArrayInputStream(Files.readAllBytes(Path.of(path)))); }

	public static void main(String[] argument) throws Exception {
		var root = certificate(argument[0]);
		var ca = certificate(argument[1]);
		var store = CertStore.getInstance("Collection", new CollectionCertStoreParameters(List.of(ca, crl(argument[2]), crl(argument[3]))));
		for (int i = 4; i < argument.length; i++) {
			var parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
			parameters.addCertStore(store);
			String verdict;
			try {
				CertPathValidator.getInstance("PKIX").validate(FACTORY.generateCertPath(List.of(certificate(argument[i]), ca)), parameters);
				verdict = "good";
			} catch (CertPathValidatorException e) {
				verdict = e.getCause() instanceof CertificateRevokedException r ? "revoked " + r.getRevocationReason() : "error " + e.getMessage();
			}
			System.out.println(Path.of(argument[i]).getFileName() + " " + verdict);
		}
	}
}
