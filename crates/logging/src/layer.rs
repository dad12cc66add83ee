//! From events to lines.

use crate::fields::{Fields, Value};
use crate::line::{LABELS, Line};
use crate::output::Output;
use crate::timestamp::Timestamp;
use crate::{LogSettings, label};
use std::sync::Arc;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry, reload};
use weft_common::configuration::options::LogFormat;

/// Changes which events become lines.
pub(crate) type Filter = reload::Handle<Targets, Registry>;

/// What takes events, and the way to change which of them.
pub(crate) fn subscriber(
    settings: &LogSettings,
    output: Arc<Output>,
) -> (impl Subscriber + Send + Sync + use<>, Filter) {
    let (filter, handle) = reload::Layer::new(settings.filter());
    (Registry::default().with(filter).with(Lines(output)), handle)
}

/// Writes a line for every event.
struct Lines(Arc<Output>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let mut about = About::new(fields.values);
        if let Some(scope) = context.event_scope(event) {
            for span in scope {
                if let Some(fields) = span.extensions().get::<Fields>() {
                    fields.values.iter().for_each(|(name, value)| about.add(name, value.clone()));
                }
            }
        }
        about.add_surroundings();
        let line = Line {
            time: Timestamp::now(),
            level: *event.metadata().level(),
            target: event.metadata().target(),
            labels: about.labels,
            message: fields.message,
            fields: about.others,
        };
        let format = self.0.format();
        let written = line.format(format);
        if line.level <= Level::WARN {
            match format {
                LogFormat::Text => self.0.warnings.add(&written),
                // They are for people.
                LogFormat::Json => self.0.warnings.add(&line.format(LogFormat::Text)),
            }
        }
        self.0.write(&written);
    }
}

/// What a line is about, and what else was said; who is nearer to the event counts.
struct About {
    labels: Vec<(&'static str, Value)>,
    others: Vec<(&'static str, Value)>,
}

impl About {
    fn new(said: Vec<(&'static str, Value)>) -> Self {
        let (labels, others) = said.into_iter().partition(|(name, _)| LABELS.contains(name));
        About { labels, others }
    }

    fn add(&mut self, name: &'static str, value: Value) {
        let list = if LABELS.contains(&name) { &mut self.labels } else { &mut self.others };
        if !list.iter().any(|(said, _)| *said == name) {
            list.push((name, value));
        }
    }

    /// The task that the thread works on, and the job of the process.
    fn add_surroundings(&mut self) {
        if let Some((task, operator)) = label::current() {
            self.add("task", Value::Text(task));
            if let Some(operator) = operator {
                self.add("operator", Value::Text(operator));
            }
        }
        if let Some(job) = label::process_job() {
            self.add("job", Value::Text(job.to_owned()));
        }
        self.labels.sort_by_key(|(name, _)| LABELS.iter().position(|label| label == name));
    }
}
