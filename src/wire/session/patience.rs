//! Waits once where Orchestrator asks for it.

use crate::wire::envelope::retry_after_s;
use crate::wire::http::{Answer, Request};
use hyper::{Method, StatusCode};
use std::time::Duration;

/// The longest that one request waits before it is sent again, seconds; who asks for more is told in the report instead.
const LONGEST_S: u64 = 5;

/// How long to wait before the request is sent again; nothing where it is not.
///
/// A 429 was not worked on; after a 503 only what changes nothing may be sent again.
pub(super) fn pause(request: &Request, answer: &Answer) -> Option<Duration> {
    let response = answer.as_ref().ok()?;
    let again = match response.status {
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::SERVICE_UNAVAILABLE => request.method == Method::GET,
        _ => false,
    };
    let seconds = retry_after_s(response).filter(|seconds| again && *seconds <= LONGEST_S)?;
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Response;
    use hyper::{HeaderMap, Version};

    fn answer(status: u16, headers: &[(&'static str, &str)]) -> Response {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        Response {
            status: StatusCode::from_u16(status).unwrap(),
            version: Version::HTTP_2,
            headers: map,
            body: hyper::body::Bytes::new(),
            cut: false,
            took: Duration::ZERO,
        }
    }

    #[test]
    fn a_short_wait_is_waited_once_and_a_long_one_is_told() {
        let get = Request::get("/");
        let post = Request::post("/", &serde_json::Value::Null);
        let two = Some(Duration::from_secs(2));
        let pause = |request: &Request, response| pause(request, &Ok(response));
        assert_eq!(pause(&get, answer(429, &[("retry-after", "2")])), two);
        assert_eq!(pause(&post, answer(429, &[("retry-after", "2")])), two);
        assert_eq!(pause(&get, answer(503, &[("retry-after", "2")])), two);
        assert_eq!(pause(&post, answer(503, &[("retry-after", "2")])), None);
        assert_eq!(pause(&get, answer(429, &[("retry-after", "60")])), None);
        assert_eq!(pause(&get, answer(429, &[])), None);
        assert_eq!(pause(&get, answer(200, &[("retry-after", "2")])), None);
        let date = [
            ("date", "Wed, 25 Nov 2026 10:00:00 GMT"),
            ("retry-after", "Wed, 25 Nov 2026 10:00:02 GMT"),
        ];
        assert_eq!(pause(&get, answer(429, &date)), two);
    }
}
