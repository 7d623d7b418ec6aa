//! Redacts what a report says in short, and what a person added to it.

use super::text::Redactor;
use super::words::Kind;
use crate::report::{ClusterSummary, Pin, ReasonArg, Report, Validation};

pub(super) fn write(names: &mut Redactor, report: &mut Report) {
    report.cluster.iter_mut().for_each(|cluster| names.summary(cluster));
    for item in &mut report.collect {
        names.sentence(&mut item.what);
        names.sentence(&mut item.command);
        names.codes(&mut item.decides);
    }
    for upgrade in &mut report.upgrade {
        names.cluster(&mut upgrade.cluster);
        names.sentences(&mut upgrade.from);
        names.sentence(&mut upgrade.to);
        for ids in [&mut upgrade.leaves, &mut upgrade.keeps, &mut upgrade.checks_first] {
            names.codes(ids);
        }
    }
    report.pins.iter_mut().for_each(|pin| names.pin(pin));
}

impl Redactor {
    fn codes(&mut self, codes: &mut [String]) {
        codes.iter_mut().for_each(|code| self.code(code));
    }

    fn sentences(&mut self, all: &mut [String]) {
        all.iter_mut().for_each(|text| self.sentence(text));
    }

    fn free(&mut self, text: &mut String) {
        *text = self.text(Kind::Line, text);
    }

    fn summary(&mut self, summary: &mut ClusterSummary) {
        self.cluster(&mut summary.cluster);
        summary.tenants.iter_mut().for_each(|tenant| self.tenant(tenant));
        self.sentences(&mut summary.nodes);
        for build in &mut summary.builds {
            self.sentence(&mut build.build);
            self.sentences(&mut build.nodes);
        }
        for step in &mut summary.upgrades {
            for text in [&mut step.node, &mut step.from, &mut step.to] {
                self.sentence(text);
            }
        }
        summary.restarts.iter_mut().for_each(|restart| self.sentence(&mut restart.node));
        for setting in &mut summary.settings {
            self.tenant(&mut setting.tenant);
            self.sentence(&mut setting.name);
            self.free(&mut setting.value);
        }
        for jobs in &mut summary.jobs {
            self.tenant(&mut jobs.tenant);
            for text in [&mut jobs.job_type, &mut jobs.status] {
                self.sentence(text);
            }
        }
    }

    pub(super) fn arg(&mut self, arg: &mut ReasonArg) {
        for text in [&mut arg.name, &mut arg.kind] {
            self.sentence(text);
        }
        match arg.kind.as_str() {
            "id" => self.id(&mut arg.value),
            "path" => self.path(&mut arg.value),
            // A name stands for something, also where it is an ordinary word.
            "name" => self.free(&mut arg.value),
            // What stands in a sentence is replaced as in the sentence.
            _ => self.sentence(&mut arg.value),
        }
    }

    pub(super) fn validation(&mut self, checked: &mut Validation) {
        self.sentence(&mut checked.check);
        checked.inputs.iter_mut().for_each(|input| self.arg(input));
        self.sentence(&mut checked.outcome);
        self.code(&mut checked.code);
        self.free(&mut checked.note);
    }

    fn pin(&mut self, pin: &mut Pin) {
        self.path(&mut pin.path);
        pin.node = pin.node.map(|node| self.names.node(node));
        self.line(&mut pin.text);
        self.free(&mut pin.note);
    }
}
