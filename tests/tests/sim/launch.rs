//! Gets at what a program builds, instead of running it.

use std::cell::RefCell;
use std::rc::Rc;
use weft_api::{Error, Executor, Job, JobClient, Launch, StreamExecutionEnvironment};
use weft_common::configuration::Configuration;

#[derive(Clone, Default)]
struct Capture(Rc<RefCell<Option<Job>>>);

impl Launch for Capture {
    fn configuration(&self) -> Result<Configuration, Error> {
        Ok(Configuration::new())
    }

    fn executor(&self, _configuration: &Configuration) -> Result<Rc<dyn Executor>, Error> {
        Ok(Rc::new(self.clone()))
    }
}

impl Executor for Capture {
    fn submit(&self, job: Job) -> Result<Box<dyn JobClient>, Error> {
        self.0.replace(Some(job));
        Err(Error::user("the simulation runs it"))
    }
}

/// The job that `program` builds.
pub(super) fn job_of(program: impl FnOnce(&StreamExecutionEnvironment)) -> Job {
    let capture = Capture::default();
    let env = StreamExecutionEnvironment::new(&capture).unwrap();
    program(&env);
    let refused = env.execute_async("simulated").err().map(|e| e.to_string());
    capture.0.take().unwrap_or_else(|| panic!("the program was refused: {refused:?}"))
}
