import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * The JDK's XML signatures, as a second opinion.
 *   sign DIR     DIR/{rsa,ec}.p8, DIR/{rsa,ec}.cer, DIR/document.xml → DIR/jdk-*.xml in every accepted shape
 *   verify DIR   for each DIR/check-*.xml, by the key of DIR/rsa.cer: a line "NAME true" or "NAME false"
 */
public final class XmlOracle {
    private static final XMLSignatureFactory XML = XMLSignatureFactory.getInstance("DOM");
    private static final String[] DOCUMENT = {
        CanonicalizationMethod.INCLUSIVE, CanonicalizationMethod.INCLUSIVE_WITH_COMMENTS,
        CanonicalizationMethod.EXCLUSIVE, CanonicalizationMethod.EXCLUSIVE_WITH_COMMENTS };
    private static final String[] SIGNED_INFO = { CanonicalizationMethod.INCLUSIVE, CanonicalizationMethod.EXCLUSIVE };

    private static Document parse(Path file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(Files.readAllBytes(file)));
    }

    private static X509Certificate certificate(Path file) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(Files.newInputStream(file));
    }

    private static void sign(Path dir, String name, String algorithm, String method) throws Exception {
        PrivateKey key = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(dir.resolve(name + ".p8"))));
        KeyInfoFactory infos = XML.getKeyInfoFactory();
        KeyInfo info = infos.newKeyInfo(List.of(infos.newX509Data(List.of(certificate(dir.resolve(name + ".cer"))))));
        for (int i = 0; i < SIGNED_INFO.length; i++)
            for (int j = 0; j < DOCUMENT.length; j++) {
                Document document = parse(dir.resolve("document.xml"));
                Reference reference = XML.newReference("", XML.newDigestMethod(DigestMethod.SHA256, null),
                    List.of(XML.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null),
                        XML.newTransform(DOCUMENT[j], (TransformParameterSpec) null)), null, null);
                SignedInfo signed = XML.newSignedInfo(XML.newCanonicalizationMethod(SIGNED_INFO[i], (C14NMethodParameterSpec) null),
                    XML.newSignatureMethod(method, null), List.of(reference));
                DOMSignContext context = new DOMSignContext(key, document.getDocumentElement());
                if (j % 2 == 1)
                    context.setDefaultNamespacePrefix("ds");
                XML.newXMLSignature(signed, info).sign(context);
                try (var out = Files.newOutputStream(dir.resolve("jdk-" + name + "-" + i + j + ".xml"))) {
                    TransformerFactory.newInstance().newTransformer().transform(new DOMSource(document), new StreamResult(out));
                }
            }
    }

    private static boolean verifies(Path file, PublicKey key) {
        try {
            Document document = parse(file);
            NodeList found = document.getElementsByTagNameNS(XMLSignature.XMLNS, "Signature");
            if (found.getLength() != 1)
                return false;
            DOMValidateContext context = new DOMValidateContext(key, (Element) found.item(0));
            return XML.unmarshalXMLSignature(context).validate(context);
        } catch (Exception e) {
            return false;
        }
    }

    public static void main(String[] args) throws Exception {
        Path dir = Path.of(args[1]);
        if (args[0].equals("sign")) {
            sign(dir, "rsa", "RSA", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
            sign(dir, "ec", "EC", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256");
            return;
        }
        PublicKey key = certificate(dir.resolve("rsa.cer")).getPublicKey();
        StringBuilder lines = new StringBuilder();
        try (var files = Files.newDirectoryStream(dir, "check-*.xml")) {
            for (Path file : files)
                lines.append(file.getFileName()).append(' ').append(verifies(file, key)).append('\n');
        }
        System.out.write(lines.toString().getBytes(StandardCharsets.UTF_8));
        System.out.flush();
    }
}
