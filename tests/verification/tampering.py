"""What strangers, readers and mail programs do to files."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pikepdf

Parts = dict[str, bytes]


def parts_of(ofd: bytes) -> Parts:
    with ZipFile(BytesIO(ofd)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Parts, comment: bytes = b"") -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
        archive.comment = comment
    return buffer.getvalue()


def commented(ofd: bytes) -> bytes:
    """The same package with a comment, as some archivers leave it."""
    return packed(parts_of(ofd), b"sent by mail")


def edited(parts: Parts, name: str, old: bytes, new: bytes) -> Parts:
    assert old in parts[name]
    return parts | {name: parts[name].replace(old, new, 1)}


def covered(pdf: bytes) -> bytes:
    """Another amount over the right one: a white box and new figures at the end of the page."""
    with pikepdf.open(BytesIO(pdf)) as document:
        page = document.pages[0]
        page.contents_add(b"q 1 g 300 120 100 20 re f Q BT /F1 12 Tf 300 125 Td <0001> Tj ET")
        return saved(document)


def with_note(pdf: bytes) -> bytes:
    """A note that a reader lays over the page."""
    with pikepdf.open(BytesIO(pdf)) as document:
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.FreeText,
            Rect=[300, 120, 400, 140],
            Contents=pikepdf.String("99999.00"),
        )
        document.pages[0].Annots = pikepdf.Array([document.make_indirect(note)])
        return saved(document)


def with_second_original(pdf: bytes, xml: bytes) -> bytes:
    """A second attachment of the same key and name behind the first."""
    with pikepdf.open(BytesIO(pdf)) as document:
        names = document.Root.Names.EmbeddedFiles.Names
        other = document.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Filespec,
                F=pikepdf.String("einvoice.xml"),
                UF=pikepdf.String("einvoice.xml"),
                EF=pikepdf.Dictionary(F=pikepdf.Stream(document, xml)),
            )
        )
        document.Root.Names.EmbeddedFiles.Names = pikepdf.Array([*names, names[0], other])
        return saved(document)


def locked(pdf: bytes, user: str = "") -> bytes:
    """With an owner's password, and one to open it where told."""
    with pikepdf.open(BytesIO(pdf)) as document:
        output = BytesIO()
        document.save(output, encryption=pikepdf.Encryption(owner="owner", user=user, metadata=False))
        return output.getvalue()


def saved(document: pikepdf.Pdf) -> bytes:
    output = BytesIO()
    document.save(output)
    return output.getvalue()


def blank_pdf() -> bytes:
    document = pikepdf.Pdf.new()
    document.add_blank_page()
    return saved(document)


def tax_invoice(namespace: str, *, signed: bool = False) -> bytes:
    """An OFD as tax authorities make them: other custom data, another attachment, no original of ours."""
    space = f'xmlns:ofd="{namespace}"'
    signatures = "<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures>" if signed else ""
    parts = {
        "OFD.xml": (
            f'<ofd:OFD {space} DocType="OFD" Version="1.0"><ofd:DocBody><ofd:DocInfo>'
            '<ofd:CustomDatas><ofd:CustomData Name="发票号码">26152000000000000001</ofd:CustomData>'
            "</ofd:CustomDatas></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>"
            f"{signatures}</ofd:DocBody></ofd:OFD>"
        ),
        "Doc_0/Document.xml": (
            f"<ofd:Document {space}><ofd:CommonData><ofd:MaxUnitID>9</ofd:MaxUnitID></ofd:CommonData>"
            '<ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>'
            "<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments></ofd:Document>"
        ),
        "Doc_0/Pages/Page_0/Content.xml": f"<ofd:Page {space}/>",
        "Doc_0/Attachs/Attachments.xml": (
            f'<ofd:Attachments {space}><ofd:Attachment ID="1" Name="original_invoice">'
            "<ofd:FileLoc>original_invoice.xml</ofd:FileLoc></ofd:Attachment></ofd:Attachments>"
        ),
        "Doc_0/Attachs/original_invoice.xml": "<eInvoice/>",
    }
    if signed:
        parts["Doc_0/Signs/Signatures.xml"] = (
            f'<ofd:Signatures {space}><ofd:Signature ID="1" Type="Seal" BaseLoc="Sign_0/Signature.xml"/>'
            "</ofd:Signatures>"
        )
        parts["Doc_0/Signs/Sign_0/Signature.xml"] = (
            f"<ofd:Signature {space}><ofd:SignedInfo/><ofd:SignedValue>SignedValue.dat</ofd:SignedValue>"
            "</ofd:Signature>"
        )
    made = {name: text.encode() for name, text in parts.items()}
    if signed:
        # A seal of version 1 begins with its version number; its structure is not that of GB/T 38540.
        made["Doc_0/Signs/Sign_0/SignedValue.dat"] = bytes.fromhex("3006020101300102")
    return packed(made)
