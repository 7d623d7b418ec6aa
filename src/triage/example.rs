//! What rules come to over the examples that they bring along.

use crate::ingest::native::block_on;
use crate::ingest::{Input, MemorySource};
use crate::model::Verdict;
use crate::rules::{Example, Rule, RuleSet};

use super::Engine;
use super::written::files;

/// What a rule comes to over one of its examples.
///
/// # Errors
/// Not even the plan of the input could be made, or the rule is none of a person's own; a sentence.
pub fn run(rule: &Rule, example: &Example) -> Result<Verdict, String> {
    let inputs: Vec<Input<MemorySource>> = files(&example.input)
        .into_iter()
        .map(|(path, text)| Input { path, source: MemorySource(text) })
        .collect();
    let engine = Engine::new(crate::ingest::Limits::default(), RuleSet::of(rule.clone()));
    let outcome = block_on(async {
        let plan = engine.plan(&inputs).await;
        let mut results = Vec::new();
        for unit in &plan.units {
            let source = inputs.get(unit.source as usize).map(|input| &input.source);
            results.push(match source {
                Some(source) => Some(engine.scan(source, unit, |_, _| {}).await),
                None => None,
            });
        }
        engine.conclude(plan, results)
    })
    .map_err(|error| error.to_string())?;
    let decision = outcome.decisions.first().ok_or("the rule decided nothing")?;
    Ok(decision.verdict)
}

#[cfg(test)]
mod tests {
    use crate::triage::written::files as files_of;

    #[test]
    fn example_files_are_split_and_short_forms_written_out() {
        let text =
            "about\n//- a.log\n@binary v24.3.9 n1 250422 06:00:00.000000\nx\n//- b\n@binary odd\n";
        let files = files_of(text);
        assert_eq!(files.len(), 2);
        let first = String::from_utf8(files[0].1.clone()).unwrap();
        assert!(first.contains("CockroachDB CCL v24.3.9 ") && first.ends_with("nodeID: n1\nx\n"));
        assert_eq!(files[1], ("b".to_owned(), b"@binary odd\n".to_vec()));
        let paths: Vec<_> = files_of("@cluster v1.0.0 v1.0.1\n").into_iter().map(|f| f.0).collect();
        assert_eq!(paths.len(), 4);
    }
}
