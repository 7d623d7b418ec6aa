//! The pool, told as runs: what is heard on the left, what is done on the right.

use super::*;

fn ready() -> Event {
    Event::Ready { version: VERSION }
}

fn planned(sizes: &[u64]) -> Event {
    let units =
        sizes.iter().map(|bytes| UnitInfo { path: "x".to_owned(), bytes: *bytes }).collect();
    Event::Planned { units, files: sizes.len() as u64 }
}

fn scan(worker: usize, unit: u32) -> Command {
    Command::Scan { worker, unit }
}

/// A pool that has planned units of these sizes with its first worker.
fn reading(limit: usize, sizes: &[u64]) -> (Pool, Vec<Command>) {
    let (mut pool, start) = Pool::new(limit);
    assert_eq!(start, Command::Start(0));
    assert_eq!(pool.hear(0, &ready()), [Command::Open(0), Command::Plan(0)]);
    let commands = pool.hear(0, &planned(sizes));
    (pool, commands)
}

#[test]
fn the_largest_unit_comes_first_and_everybody_gets_one() {
    let (mut pool, commands) = reading(2, &[10, 30, 20]);
    assert_eq!(commands, [scan(0, 1), Command::Start(1)]);
    assert_eq!(pool.hear(1, &ready()), [Command::Open(1), scan(1, 2)]);
    assert_eq!(pool.hear(1, &Event::Scanned { unit: 2 }), [scan(1, 0)]);
    assert_eq!(pool.hear(0, &Event::Scanned { unit: 1 }), [], "worker 1 still reads");
    let conclude = Command::Conclude { worker: 0, died: vec![] };
    assert_eq!(pool.hear(1, &Event::Scanned { unit: 0 }), [conclude]);
    assert_eq!(pool.helper(), None);
    assert_eq!(pool.hear(0, &Event::Concluded), [Command::Finish, Command::Retire(1)]);
    assert_eq!(pool.helper(), Some(0));
}

#[test]
fn no_more_workers_start_than_there_are_units() {
    assert_eq!(reading(8, &[5]).1, [scan(0, 0)]);
    assert_eq!(reading(8, &[5, 4]).1, [scan(0, 0), Command::Start(1)]);
    assert_eq!([0, 1, 4, 64].map(workers_for), [1, 1, 4, 8]);
}

#[test]
fn an_input_without_units_is_concluded_at_once() {
    assert_eq!(reading(4, &[]).1, [Command::Conclude { worker: 0, died: vec![] }]);
}

#[test]
fn a_dead_worker_is_replaced_and_its_unit_is_not_tried_again() {
    let (mut pool, _) = reading(1, &[10, 30]);
    assert_eq!(pool.lose(0), [Command::Start(0)]);
    assert_eq!(pool.hear(0, &ready()), [Command::Open(0), scan(0, 0)]);
    assert_eq!(pool.progress().died, 1);
    let conclude = Command::Conclude { worker: 0, died: vec![1] };
    assert_eq!(pool.hear(0, &Event::Scanned { unit: 0 }), [conclude]);
}

#[test]
fn the_last_unit_may_kill_the_only_worker() {
    let (mut pool, _) = reading(1, &[10]);
    assert_eq!(pool.lose(0), [Command::Start(0)]);
    let conclude = Command::Conclude { worker: 0, died: vec![0] };
    assert_eq!(pool.hear(0, &ready()), [Command::Open(0), conclude]);
}

#[test]
fn when_others_can_finish_nobody_is_replaced() {
    let (mut pool, _) = reading(2, &[10, 30]);
    pool.hear(1, &ready());
    assert_eq!(pool.lose(1), []);
    let conclude = Command::Conclude { worker: 0, died: vec![0] };
    assert_eq!(pool.hear(0, &Event::Scanned { unit: 1 }), [conclude]);
}

#[test]
fn a_unit_that_is_refused_counts_as_unread() {
    let (mut pool, _) = reading(1, &[10]);
    let refused = Event::Failed { message: "no".to_owned() };
    assert_eq!(pool.hear(0, &refused), [Command::Conclude { worker: 0, died: vec![0] }]);
}

#[test]
fn dying_while_planning_or_deciding_ends_the_run_with_a_sentence() {
    let (mut pool, _) = Pool::new(2);
    pool.hear(0, &ready());
    assert!(
        matches!(&pool.lose(0)[..], [Command::Fail(text)] if text.contains("looked into the input"))
    );
    let (mut pool, _) = reading(1, &[]);
    assert!(
        matches!(&pool.lose(0)[..], [Command::Fail(text)] if text.contains("part that decides"))
    );
}

#[test]
fn a_worker_that_never_starts_ends_the_run_only_if_it_is_the_last() {
    let (mut pool, _) = Pool::new(2);
    assert!(
        matches!(&pool.lose(0)[..], [Command::Fail(text)] if text.contains("could not be started"))
    );
    let (mut pool, _) = reading(2, &[10, 30]);
    assert_eq!(pool.lose(1), []);
    assert_eq!(pool.hear(0, &Event::Scanned { unit: 1 }), [scan(0, 0)]);
}

#[test]
fn halves_of_two_builds_are_refused() {
    let (mut pool, _) = Pool::new(1);
    let commands = pool.hear(0, &Event::Ready { version: VERSION + 1 });
    assert!(matches!(&commands[..], [Command::Fail(text)] if text.contains("Reload")));
    assert_eq!(pool.lose(0), [], "what happens afterwards changes nothing");
}

#[test]
fn progress_adds_up_and_never_goes_back() {
    let (mut pool, _) = reading(1, &[100, 50]);
    assert_eq!(pool.progress(), Progress { total: 150, units: 2, ..Progress::default() });
    pool.hear(0, &Event::Progress { unit: 0, bytes: 60, text: 300 });
    pool.hear(0, &Event::Progress { unit: 0, bytes: 40, text: 200 });
    assert_eq!((pool.progress().done, pool.progress().text), (60, 300));
    pool.hear(0, &Event::Progress { unit: 0, bytes: 900, text: 500 });
    assert_eq!(pool.progress().done, 100, "no more than there is");
    pool.hear(0, &Event::Scanned { unit: 0 });
    assert_eq!((pool.progress().units_done, pool.progress().concluding), (1, false));
}

#[test]
fn after_the_report_a_dead_helper_is_replaced() {
    let (mut pool, _) = reading(1, &[]);
    pool.hear(0, &Event::Concluded);
    assert_eq!(pool.lose(0), [Command::Start(0)]);
    assert_eq!(pool.helper(), None);
    assert_eq!(pool.hear(0, &ready()), [Command::Open(0)]);
    assert_eq!(pool.helper(), Some(0));
}
