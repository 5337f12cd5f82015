// java Verify.java FOLDER: a peer of bench.h. javax.xml.crypto.dsig with PKIX: the certificate of KeyInfo under the CA as trust anchor, not revoked
// by the CA's CRL, then the signature. Parsers and factories are kept; every document is warmed up several times before "ready".
import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.*;
import java.util.*;
import javax.xml.XMLConstants;
import javax.xml.crypto.*;
import javax.xml.crypto.dsig.*;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.*;
import javax.xml.parsers.*;
import org.w3c.dom.*;

public class Verify {
	static final int WARM = 6000;	// verifications
	static DocumentBuilder builder;
	static XMLSignatureFactory signatures = XMLSignatureFactory.getInstance("DOM");
	static CertificateFactory certificates;
	static CertPathValidator validator;
	static PKIXParameters parameters;

	static final KeySelector selector = new KeySelector() {
		@Override
		public KeySelectorResult select(KeyInfo info, Purpose purpose, AlgorithmMethod method, XMLCryptoContext context) throws KeySelectorException {
			try {
				for (XMLStructure part : info.getContent())
					if (part instanceof X509Data data)
						for (Object o : data.getContent())
							if (o instanceof X509Certificate certificate) {
								validator.validate(certificates.generateCertPath(List.of(certificate)), parameters);
								return certificate::getPublicKey;
							}
			} catch (Exception e) {
				throw new KeySelectorException(e);
			}
			throw new KeySelectorException("no certificate");
		}
	};

	static boolean verify(byte[] octets) throws Exception {
		Document document = builder.parse(new ByteArrayInputStream(octets));
		Node node = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature").item(0);
		DOMValidateContext context = new DOMValidateContext(selector, node);
		return signatures.unmarshalXMLSignature(context).validate(context);
	}

	static long cpu() {
		return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
	}

	static double round(List<byte[]> documents) throws Exception {
		long before = cpu();
		for (byte[] document : documents)
			if (!verify(document))
				throw new IllegalStateException("a good document was refused");
		return (cpu() - before) / 1e3 / documents.size();
	}

	static boolean refuses(byte[] document) {
		String text = new String(document, StandardCharsets.UTF_8);
		int at = text.indexOf("<SignatureValue>") + 40;
		char other = text.charAt(at) == 'A' ? 'B' : 'A';
		try {
			return !verify((text.substring(0, at) + other + text.substring(at + 1)).getBytes(StandardCharsets.UTF_8));
		} catch (Exception e) {
			return true;
		}
	}

	public static void main(String[] args) throws Exception {
		Path folder = Path.of(args[0]);
		DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
		factory.setNamespaceAware(true);
		factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
		factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
		builder = factory.newDocumentBuilder();
		certificates = CertificateFactory.getInstance("X.509");
		validator = CertPathValidator.getInstance("PKIX");
		X509Certificate ca;
		CRL crl;
		try (var in = Files.newInputStream(folder.resolve("ca/ca.pem"))) {
			ca = (X509Certificate) certificates.generateCertificate(in);
		}
		try (var in = Files.newInputStream(folder.resolve("ca.crl"))) {
			crl = certificates.generateCRL(in);
		}
		parameters = new PKIXParameters(Set.of(new TrustAnchor(ca, null)));
		parameters.setRevocationEnabled(true);
		parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(List.of(crl))));

		List<byte[]> documents = new ArrayList<>();
		for (Path file; Files.exists(file = folder.resolve(documents.size() + ".xml"));)
			documents.add(Files.readAllBytes(file));
		if (!refuses(documents.get(0)))
			throw new IllegalStateException("a changed document was accepted");
		for (int done = 0; done < WARM; done += documents.size())
			round(documents);
		System.out.println("ready");
		BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
		while (in.readLine() != null)
			System.out.println(String.format(Locale.ROOT, "%.1f", round(documents)));
	}
}
