//! Lines of a stream, of bounded length, without copying them one by one.

use std::io::{self, Read};

/// How much is read at once, and the longest line that is seen whole.
const BUFFER: usize = 128 * 1024;

/// The lines of a stream. Of a line that is longer than the buffer only its beginning is seen.
pub(super) struct Lines<R> {
    reader: R,
    buffer: Vec<u8>,
    /// What of the buffer is read and not yet given.
    start: usize,
    end: usize,
    /// The rest of a line whose beginning was given is passed over.
    skipping: bool,
    over: bool,
}

impl<R: Read> Lines<R> {
    /// The lines of a reader.
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            skipping: false,
            over: false,
        }
    }

    /// The next line, without its end; `None` after the last.
    pub(super) fn next_line(&mut self) -> io::Result<Option<&[u8]>> {
        // How many bytes of the line are searched already.
        let mut searched = 0;
        loop {
            let from = self.start + searched;
            let found = self.buffer[from..self.end]
                .iter()
                .position(|byte| *byte == b'\n');
            if let Some(offset) = found {
                let (start, end) = (self.start, from + offset);
                self.start = end + 1;
                searched = 0;
                if std::mem::take(&mut self.skipping) {
                    continue;
                }
                return Ok(Some(without_return(&self.buffer[start..end])));
            }
            if self.over {
                let (start, end) = (self.start, self.end);
                self.start = self.end;
                let rest = start < end && !self.skipping;
                return Ok(rest.then(|| without_return(&self.buffer[start..end])));
            }
            if self.skipping {
                self.start = self.end;
            } else if self.start == 0 && self.end == self.buffer.len() {
                self.skipping = true;
                self.start = self.end;
                return Ok(Some(&self.buffer[..self.end]));
            }
            searched = self.end - self.start;
            self.fill()?;
        }
    }

    /// Reads more behind what is not yet given.
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        loop {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(taken) => {
                    self.over = taken == 0;
                    self.end += taken;
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// A line without the carriage return of Windows.
fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one byte at a time.
    struct Drop1<'a>(&'a [u8]);

    impl Read for Drop1<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else {
                return Ok(0);
            };
            buffer[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }

    fn all(reader: impl Read) -> Vec<Vec<u8>> {
        let mut lines = Lines::new(reader);
        let mut all = Vec::new();
        while let Some(line) = lines.next_line().expect("a reader that does not fail") {
            all.push(line.to_vec());
        }
        all
    }

    #[test]
    fn lines_are_the_same_however_they_come() {
        let text = b"one\r\n\ntwo\nthree";
        let expected: [&[u8]; 4] = [b"one", b"", b"two", b"three"];
        assert_eq!(all(&text[..]), expected);
        assert_eq!(all(Drop1(text)), expected);
    }

    #[test]
    fn a_line_without_end_is_cut_and_the_next_one_is_whole() {
        let mut text = vec![b'x'; 3 * BUFFER + 7];
        text.extend(b"\nnext\n");
        let found = all(&text[..]);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].len(), BUFFER);
        assert_eq!(found[1], b"next");
        assert_eq!(all(&vec![b'y'; 2 * BUFFER][..]).len(), 1);
    }
}
