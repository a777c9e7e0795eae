//! How often the screen is drawn, in virtual time.

use super::Shown;
use super::turn::{FRAME, HAND, play};
use crate::catalog::Verdict;
use crate::tui::model::{Model, Said, Size};
use crate::tui::tests::fixture::{began_all, finished, judged, opening, run};
use ratatui::crossterm::event::{Event as Terminal, KeyCode, KeyEvent};
use std::io;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep};

/// The times of all drawings of a run that this sender tells and in which these keys are pressed, each so long after the one before.
async fn drawn<F: Future<Output = ()>>(
    tell: impl FnOnce(UnboundedSender<Said>) -> F,
    keys: Vec<Duration>,
    whole: Duration,
) -> Vec<Instant> {
    let (sender, events) = unbounded_channel();
    let (asks, _asked) = unbounded_channel();
    let mut shown = Shown {
        model: Model::new(
            &opening(),
            Size {
                width: 80,
                height: 24,
            },
        ),
        events,
        asks,
        more: true,
    };
    let pressed = futures_util::stream::unfold(keys.into_iter(), async |mut keys| {
        match keys.next() {
            Some(after) => sleep(after).await,
            None => std::future::pending().await,
        }
        let key = Terminal::Key(KeyEvent::from(KeyCode::Char('j')));
        Some((Ok::<_, io::Error>(key), keys))
    });
    let mut times = Vec::new();
    let told = tell(sender);
    let playing = play(&mut shown, Box::pin(pressed), sleep(whole), |_| {
        times.push(Instant::now());
        Ok(())
    });
    let (played, ()) = tokio::join!(playing, told);
    played.unwrap();
    times
}

#[tokio::test(start_paused = true)]
async fn a_busy_run_is_drawn_at_most_thirty_times_a_second() {
    // An event each millisecond for ten seconds: far more than 34 checks say.
    let tell = async |events: UnboundedSender<Said>| {
        events.send(Said::Event(began_all())).unwrap();
        for _ in 0..10_000 {
            sleep(Duration::from_millis(1)).await;
            events
                .send(Said::Event(judged("port-open", Verdict::Pass)))
                .unwrap();
        }
        events.send(Said::Event(finished())).unwrap();
    };
    let times = drawn(tell, Vec::new(), Duration::from_secs(11)).await;
    assert!(times.len() > 250, "{}", times.len());
    for window in times.windows(31) {
        assert!(
            window[30] - window[0] >= Duration::from_secs(1),
            "{window:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_drawn_while_nothing_changes() {
    let tell = async |events: UnboundedSender<Said>| {
        for event in run(&[]) {
            events.send(Said::Event(event)).unwrap();
        }
        // Whoever tells events stays: more could come.
        sleep(Duration::from_secs(3_600)).await;
        drop(events);
    };
    let began = Instant::now();
    let times = drawn(tell, Vec::new(), Duration::from_secs(3_600)).await;
    assert!(times.len() <= 2, "{}", times.len());
    assert!(times.iter().all(|at| *at - began < Duration::from_secs(1)));
}

#[tokio::test(start_paused = true)]
async fn a_key_is_drawn_at_once_even_while_a_run_goes_on() {
    let tell = async |events: UnboundedSender<Said>| {
        events.send(Said::Event(began_all())).unwrap();
        for _ in 0..1_000 {
            sleep(Duration::from_millis(1)).await;
            events
                .send(Said::Event(judged("port-open", Verdict::Pass)))
                .unwrap();
        }
        drop(events);
    };
    let began = Instant::now();
    let gaps = vec![Duration::from_micros(50_300); 10];
    let times = drawn(tell, gaps.clone(), Duration::from_secs(2)).await;
    let mut pressed = began;
    for gap in gaps {
        pressed += gap;
        let next = times.iter().find(|at| **at >= pressed).unwrap();
        // The timers of the runtime count whole milliseconds.
        assert!(
            *next - pressed <= HAND + Duration::from_millis(2),
            "{:?}",
            *next - pressed
        );
    }
    assert!(HAND < FRAME);
}
