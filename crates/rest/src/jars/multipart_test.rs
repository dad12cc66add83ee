use super::*;

const TYPE: &str = "multipart/form-data; boundary=XyZ";

const BODY: &[u8] = b"ignored\r\n--XyZ\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--XyZ \t\r\n\
    content-disposition: form-data; name=\"jarfile\"; filename=\"C:\\\\dir\\\\pro\\\"gram\"\r\nContent-Type: x/y\r\n\r\n\
    \x7fELF\r\n--Xy\r\n-\r\n\r\n\r\n--XyZ--\r\nignored";

/// The parts of a body that comes in pieces of `size` bytes, contents joined.
fn parts(body: &[u8], size: usize) -> Result<Vec<Part>, ApiError> {
    let mut multipart = Multipart::new(TYPE)?;
    let mut parts: Vec<Part> = Vec::new();
    for piece in body.chunks(size) {
        for part in multipart.push(piece)? {
            match (parts.last_mut(), part) {
                (Some(Part::Content(before)), Part::Content(more)) => before.extend(more),
                (_, part) => parts.push(part),
            }
        }
        assert!(multipart.buffer.len() <= HEAD_LIMIT + multipart.delimiter.len(), "{}", multipart.buffer.len());
    }
    multipart.finish().map(|()| parts)
}

#[test]
fn parts_are_the_same_however_the_body_is_cut() {
    let expected = [
        Part::Begin(None),
        Part::Content(b"hello".to_vec()),
        Part::End,
        Part::Begin(Some("pro\"gram".into())),
        Part::Content(b"\x7fELF\r\n--Xy\r\n-\r\n\r\n".to_vec()),
        Part::End,
    ];
    for size in 1..=BODY.len() {
        assert_eq!(parts(BODY, size).expect("a good body"), expected, "in pieces of {size}");
    }
}

#[test]
fn a_body_may_begin_with_its_boundary_and_have_empty_parts() {
    let body = b"--XyZ\r\nContent-Disposition: form-data; filename=a.out\r\n\r\n\r\n--XyZ--";
    assert_eq!(parts(body, 7).expect("a good body"), [Part::Begin(Some("a.out".into())), Part::End]);
}

#[test]
fn what_is_no_form_is_refused() {
    for wrong in
        ["", "text/plain", "multipart/form-data", "multipart/form-data; boundary=", "application/json; boundary=x"]
    {
        assert!(Multipart::new(wrong).is_err(), "{wrong}");
    }
    let long = [b"--XyZ\r\n".to_vec(), vec![b'a'; HEAD_LIMIT + 1]].concat();
    let bodies: [&[u8]; 5] = [b"", b"--XyZ\r\n", b"--XyZ\r\n\r\n\r\nabc\r\n--XyZ", b"--XyZab", &long];
    for body in bodies {
        assert!(parts(body, 1000).is_err(), "{}", body.escape_ascii());
    }
}

#[test]
fn quoted_boundaries_are_read() {
    let multipart = Multipart::new("Multipart/Form-Data; charset=utf-8; boundary=\"a b\"").expect("a good type");
    assert_eq!(multipart.delimiter, b"\r\n--a b");
}
