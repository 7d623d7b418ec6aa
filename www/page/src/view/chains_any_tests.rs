//! What holds for the picture of any chain: nothing is left out, nothing lies on something else, and keys reach all.

use super::table::sections;
use super::tests::{chain, drawn, import, layer, marked, restore, track};
use super::*;
use crate::view::fixture;

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    /// A chain of any shape: times that are the same, in no order, or far apart.
    fn chain(&mut self) -> Chain {
        let span = [1, 90, 10_000, 1_000_000][self.below(4) as usize];
        let minute = |dice: &mut Self| dice.below(span) as i64;
        let number = 1 + self.below(60) as usize;
        let mut chain = chain((0..number).map(|job| layer(job, minute(self))).collect());
        for layer in &mut chain.layers {
            let state = [LayerState::Done, LayerState::Unfinished, LayerState::Failed];
            layer.state = state[self.below(3) as usize];
            let role = [LayerRole::Captures, LayerRole::Possible, LayerRole::Suspect];
            if self.below(5) == 0 {
                *layer = marked(layer.clone(), role[self.below(3) as usize]);
            }
        }
        for job in 0..self.below(30) as usize {
            let from = minute(self);
            let to = (self.below(4) > 0).then(|| from + minute(self));
            let captured = self.below(3) == 0;
            let captured_by =
                if captured { vec![self.below(number as u64) as usize] } else { vec![] };
            chain.operations.push(import(100 + job, from, to, &captured_by));
        }
        for job in 0..self.below(20) as usize {
            let created = (self.below(5) > 0).then(|| minute(self) * 2);
            let layer = (self.below(3) > 0).then(|| self.below(number as u64 + 2) as usize);
            chain.restores.push(restore(200 + job, created, layer));
        }
        chain
    }
}

/// Every layer, operation and restore of a chain.
fn items(chain: &Chain) -> Vec<Item> {
    let layers = (0..chain.layers.len()).map(Item::Layer);
    let operations = (0..chain.operations.len()).map(Item::Operation);
    layers.chain(operations).chain((0..chain.restores.len()).map(Item::Restore)).collect()
}

#[test]
fn everything_of_any_chain_is_in_one_part_of_the_picture_and_in_the_table() {
    let report = fixture::backups();
    let mut dice = Dice(7);
    for round in 0..400 {
        let chain = dice.chain();
        // Half of them as a finding sees them.
        let mut finding = report.findings[0].clone();
        finding.subject.id = dice.below(chain.layers.len() as u64).to_string();
        if let Some(part) = &mut finding.backup {
            part.operation = chain.operations.first().map(|op| op.job.clone());
        }
        let finding = (round % 2 == 0).then_some(&finding);
        let picture = picture(&report, &chain, finding).unwrap();
        let parts = || picture.tracks.iter().flat_map(|track| &track.parts);
        let mut held: Vec<Item> = parts().flat_map(|part| part.items.clone()).collect();
        held.sort_unstable();
        assert_eq!(held, items(&chain), "round {round}");
        for part in parts() {
            assert!(!part.items.is_empty() && !part.text.is_empty(), "round {round}: {part:?}");
            let Stretch { x, width, .. } = part.place;
            assert!(
                x >= 0.0 && width >= 0.0 && x + width <= 100.0 + 1e-6,
                "round {round}: {part:?}"
            );
        }
        let mut listed: Vec<Item> = sections(&report, &chain, finding)
            .iter()
            .flat_map(|section| section.lines.iter().map(|line| line.item))
            .collect();
        listed.sort_unstable();
        assert_eq!(listed, items(&chain), "round {round}");
    }
}

#[test]
fn marks_of_a_lane_never_touch_and_a_merged_mark_counts_what_it_holds() {
    let mut dice = Dice(11);
    for round in 0..400 {
        let picture = drawn(&dice.chain());
        let layers = track(&picture, "Layers");
        let marks: Vec<(&Part, Glyph)> = layers
            .parts
            .iter()
            .filter_map(|part| match part.shape {
                Shape::Layers(glyph) => Some((part, glyph)),
                _ => None,
            })
            .collect();
        for (at, (a, glyph)) in marks.iter().enumerate() {
            assert_eq!(glyph.number, a.items.len(), "round {round}");
            assert!(a.lane < layers.lanes);
            for (b, _) in &marks[at + 1..] {
                let far = (a.place.x - b.place.x).abs();
                assert!(a.lane != b.lane || far >= layers::APART, "round {round}: {a:?} {b:?}");
            }
        }
    }
}

#[test]
fn the_keys_reach_every_part_and_stay_in_the_picture() {
    let mut dice = Dice(13);
    for _ in 0..50 {
        let picture = drawn(&dice.chain());
        let mut pick = picture.moved(None, "Home").unwrap();
        let mut rows = 0;
        loop {
            while pick.part > 0 {
                pick = picture.moved(Some(pick), "ArrowLeft").unwrap();
            }
            for part in 0..picture.tracks[pick.row].parts.len() {
                assert_eq!(pick, Pick { row: pick.row, part });
                assert!(picture.part(pick).is_some());
                pick = picture.moved(Some(pick), "ArrowRight").unwrap();
            }
            rows += 1;
            let below = picture.moved(Some(pick), "ArrowDown").unwrap();
            if below == pick {
                break;
            }
            pick = below;
        }
        assert_eq!(rows, picture.tracks.len());
        assert_eq!(picture.moved(None, "a"), None, "other keys are the browser's");
    }
}
