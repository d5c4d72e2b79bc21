//! Taking one sample: what stands before it, and what is asked of whom.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use model::Level;
use smol_str::SmolStr;

use super::super::config::Config;
use super::super::database::Query;
use super::super::function::now_ms;
use super::super::http::{self, Call, HttpSampler};
use super::super::rewriting::Found;
use super::super::sample::Sample;
use super::super::sampler;
use super::super::script_element::Stand;
use super::super::scripts::SamplerView;
use super::super::socket;
use super::super::text::Text;
use super::super::tree::{Group, Node, NodeId, NodeKind, Part};
use super::super::walk::Halt;
use super::Thread;
use crate::session::Session;

impl Thread {
    /// Takes one sample and does what follows it.
    pub(super) async fn take_sample(
        &mut self,
        node: NodeId,
        label: &SmolStr,
        view: Option<Box<SamplerView>>,
        aims: Aims,
        session: &mut Session,
    ) -> Result<(), Halt> {
        let group = self.group.clone();
        let node_ = &group.nodes[node];
        let scope = &node_.scope;
        // What scripts behind the sampler see of it; a request is filled in once it is known.
        let view = if matches!(node_.kind, NodeKind::Http(_)) {
            self.view = None;
            view
        } else {
            self.view = view;
            None
        };
        let sample = match &node_.kind {
            NodeKind::Http(http) => {
                let (call, limited) = self.http_call(&group, node_, http, (label, &aims), view)?;
                let (network, user) = (&mut self.network, &mut self.user);
                let ready = matches!(call, Called::AsPlanned(_)).then_some(&self.common.ready);
                let sample = http::perform(call.call(), ready, label, network, user, session).await;
                sample.map(|sample| if limited { cut_off(sample) } else { sample })
            }
            NodeKind::Socket(sampler) => {
                let sample = self.blank(label);
                let (network, user) = (&mut self.network, &mut self.user);
                let sample = socket::perform(sampler, sample, scope, &group.parts, network, user, session);
                Some(Box::new(Box::pin(sample).await?))
            }
            NodeKind::Query(query) => {
                let sample = self.query_sample(query, self.blank(label), session);
                Some(Box::new(Box::pin(sample).await?))
            }
            NodeKind::Parallel(parallel) => {
                Box::pin(self.parallel(node, parallel, self.blank(label), session)).await?.map(Box::new)
            }
            NodeKind::Script(script) => {
                let sample = Sample {
                    data_type: "text",
                    success: true,
                    code: "200".into(),
                    message: "OK".into(),
                    ..self.blank(label)
                };
                Some(Box::new(Box::pin(self.script_sample(script, sample, scope, session)).await?))
            }
            kind => Box::pin(sampler::simple(kind, self.blank(label), &mut self.user, session))
                .await?
                .map(Box::new),
        };
        match sample {
            Some(sample) => self.after(node, Rc::new(RefCell::new(*sample)), session).await,
            None => Ok(()),
        }
    }

    /// What a request sends; says whether its time is limited by a pre-processor.
    pub(super) fn http_call<'c>(
        &mut self,
        group: &'c Group,
        node: &'c Node,
        http: &'c HttpSampler,
        (label, aims): (&SmolStr, &Aims),
        view: Option<Box<SamplerView>>,
    ) -> Result<(Called<'c>, bool), Halt> {
        let mut call = http.call(&node.scope, &group.parts, &mut self.user)?;
        for found in &aims.matches {
            sampler::replace_by_matches(call.to_mut(), found, &self.user);
        }
        for (at, found) in &aims.rewritten {
            if let Part::Rewrite(rewriting) = &group.parts[*at].part {
                found.apply(rewriting, call.to_mut());
            }
        }
        let limit = aims.limit.filter(|limit| call.timeouts.1 == 0 || *limit < call.timeouts.1);
        if let Some(limit) = limit {
            call.to_mut().timeouts.1 = limit;
        }
        if let Some(mut view) = view {
            if view.has_changes() {
                sampler::apply(call.to_mut(), &view, &self.user.shared);
            }
            view.name = label.clone();
            view.call = Some(Box::new(call.clone().into_owned()));
            view.changed.clear();
            (view.arguments, view.headers, view.files) = (None, None, None);
            self.view = Some(view);
        }
        let call = match call {
            Cow::Borrowed(call) => Called::AsPlanned(call),
            Cow::Owned(call) => Called::Changed(Box::new(call)),
        };
        Ok((call, limit.is_some()))
    }

    /// Runs what stands before a sampler.
    pub(super) async fn before(
        &mut self,
        node: NodeId,
        mut view: Option<&mut SamplerView>,
        session: &mut Session,
    ) -> Result<Aims, Halt> {
        let group = self.group.clone();
        let node_ = &group.nodes[node];
        let scope = &node_.scope;
        let mut aims = Aims::default();
        for at in &scope.pre {
            match &group.parts[*at].part {
                Part::PreScript(script) => {
                    if let Some(view) = view.as_deref_mut().filter(|view| view.call.is_none())
                        && let NodeKind::Http(http) = &node_.kind
                    {
                        let call = http.call(scope, &group.parts, &mut self.user).ok();
                        view.call = call.map(|call| Box::new(call.into_owned()));
                    }
                    let name = &group.parts[*at].name;
                    let view = view.as_deref_mut();
                    Box::pin(self.script(script, name, Stand::Pre, None, view, scope, session)).await?;
                }
                Part::Config(Config::Users(users)) => users.set(&mut self.user)?,
                Part::Ask(query, true) => {
                    Box::pin(self.ask_beside(query, &group.parts[*at].name)).await?;
                }
                Part::Matches(texts) => {
                    let mut found = <[String; 3]>::default();
                    for (value, text) in found.iter_mut().zip(texts) {
                        *value = text.eval(&mut self.user)?.trim().to_owned();
                    }
                    aims.matches.push(found);
                }
                Part::Rewrite(rewriting) => {
                    let Some(last) = self.user.previous.clone() else { continue };
                    let answer = last.borrow().text();
                    let known = self.sources.get(&rewriting.id).cloned();
                    let found = rewriting.find(&answer, known.as_deref(), &mut self.user)?;
                    if rewriting.kept {
                        self.sources.insert(rewriting.id, found.value().into());
                    }
                    aims.rewritten.push((*at, found));
                }
                Part::Limit(text) => {
                    let limit = text.number(&mut self.user)?.filter(|limit| *limit > 0);
                    aims.limit = limit.map(|limit| limit as u64).into_iter().chain(aims.limit).min();
                }
                _ => {}
            }
        }
        Ok(aims)
    }

    /// Asks a database beside a sampler; a refusal is told and changes nothing.
    pub(super) async fn ask_beside(&mut self, query: &Query, name: &Text) -> Result<(), Halt> {
        let run = self.run.clone();
        let outcome = query.beside(&run.databases, &mut self.network.databases, &mut self.user).await?;
        if let Some(message) = outcome {
            self.say(Level::Warning, &format!("SQL Problem in {}: {message}", name.raw()));
        }
        Ok(())
    }

    pub(super) async fn query_sample(
        &mut self,
        query: &Query,
        sample: Sample,
        session: &Session,
    ) -> Result<Sample, Halt> {
        let begun = session.now();
        let run = self.run.clone();
        let own = &mut self.network.databases;
        let mut sample = query.perform(sample, &run.databases, own, &mut self.user).await?;
        sample.elapsed_ms = (session.now() - begun).as_millis_f64().round() as i64;
        sample.latency_ms = sample.elapsed_ms;
        sample.ended_ms = sample.started_ms + sample.elapsed_ms;
        Ok(sample)
    }

    pub(super) fn blank(&self, label: &SmolStr) -> Sample {
        let now = now_ms();
        Sample {
            label: label.clone(),
            thread: self.user.name.clone(),
            started_ms: now,
            ended_ms: now,
            ..Sample::default()
        }
    }
}

/// A call, which may be the plan's own; a changed one is large, and kept by each user that waits for its answer.
pub(super) enum Called<'c> {
    AsPlanned(&'c Call),
    Changed(Box<Call>),
}

impl Called<'_> {
    pub(super) fn call(&self) -> &Call {
        match self {
            Self::AsPlanned(call) => call,
            Self::Changed(call) => call,
        }
    }
}

/// What pre-processors want of the request.
#[derive(Default)]
pub(super) struct Aims {
    /// Parameters out of matches: the variable, and the groups of names and of values.
    matches: Vec<[String; 3]>,
    /// Session ids, each with the place of its element.
    rewritten: Vec<(usize, Found)>,
    /// How long it may take, in ms.
    limit: Option<u64>,
}

/// A request that took longer than its sampler may has been cut off.
fn cut_off(mut sample: Box<Sample>) -> Box<Sample> {
    if sample.code.ends_with("java.net.SocketTimeoutException") {
        sample.fail_without_answer("java.net.SocketException", "Socket closed");
    }
    sample
}
