//! Every path that is served, with what its OpenAPI description says of it: one table, so that neither can lack what the other has.

use crate::answer::Json;
use crate::api_error::ApiError;
use crate::rest::Rest;
use crate::server::MetricsPage;
use crate::{clients, cluster, jars, job_manager, jobs, logs, metrics, openapi, task_managers, vertices};
use axum::Router;
use axum::handler::Handler;
use axum::http::{Method, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use std::sync::Arc;

/// A path and a method, described.
#[derive(Clone, Debug)]
pub(crate) struct Description {
    pub(crate) method: &'static str,
    /// With its open parts in braces.
    pub(crate) path: &'static str,
    pub(crate) summary: &'static str,
    /// The parameters of its query, separated by spaces.
    pub(crate) query: &'static str,
    /// The content type of the body it takes; empty when it takes none.
    pub(crate) body: &'static str,
    /// The status when all is well.
    pub(crate) status: u16,
}

/// Routes as they are gathered.
struct Routes {
    router: Router<Rest>,
    described: Vec<Description>,
}

impl Routes {
    fn add<T: 'static>(mut self, description: Description, handler: impl Handler<T, Rest>) -> Self {
        let method = match description.method {
            "DELETE" => MethodFilter::DELETE,
            "PATCH" => MethodFilter::PATCH,
            "POST" => MethodFilter::POST,
            "PUT" => MethodFilter::PUT,
            // HEAD is answered like GET, without a body.
            _ => MethodFilter::GET,
        };
        self.router = self.router.route(description.path, on(method, handler));
        self.described.push(description);
        self
    }

    fn get<T: 'static>(
        self,
        path: &'static str,
        query: &'static str,
        summary: &'static str,
        handler: impl Handler<T, Rest>,
    ) -> Self {
        let description = Description { method: "GET", path, summary, query, body: "", status: 200 };
        self.add(description, handler)
    }
}

/// The router of everything.
pub(crate) fn router(rest: Rest) -> Router {
    let routes = Routes { router: Router::new(), described: Vec::new() };
    let routes = of_logs(of_metrics(of_vertices(of_jobs(of_cluster(routes)))));
    let Routes { router, described } = of_clients(of_programs(routes));
    let described = Arc::new(described);
    let openapi = axum::routing::get(move |rest: axum::extract::State<Rest>| {
        let described = described.clone();
        async move { Json(openapi::document(&described, &rest.settings().version)) }
    });
    router
        .route(openapi::PATH, openapi)
        .fallback(unknown_path)
        .method_not_allowed_fallback(unknown_path)
        .with_state(rest)
}

/// The router of a page of metrics, where Prometheus looks for it by default and at the root.
pub(crate) fn metrics_router(page: MetricsPage) -> Router {
    let page = axum::routing::get(move || {
        let page = page();
        async move { metrics::text(page.await) }
    });
    Router::new().route("/", page.clone()).route("/metrics", page).fallback(unknown_path)
}

/// A path, or a method of a path, that is not there.
async fn unknown_path(method: Method, uri: Uri) -> Response {
    let path: String = uri.path().chars().take(500).collect();
    let error = match method {
        Method::GET | Method::HEAD => ApiError::not_found(format_args!("Unable to load requested file {path}.")),
        _ => ApiError::not_found(format_args!("Not found: {path}")),
    };
    error.into_response()
}

fn of_cluster(routes: Routes) -> Routes {
    let shut_down = Description {
        method: "DELETE",
        path: "/cluster",
        summary: "Ends the cluster.",
        query: "",
        body: "",
        status: 200,
    };
    routes
        .get("/config", "", "How dashboards are to behave.", cluster::config)
        .get("/overview", "", "The cluster in numbers.", cluster::overview)
        .add(shut_down, cluster::shut_down)
        .get("/jobmanager/config", "", "The effective configuration.", job_manager::config)
        .get("/jobmanager/environment", "", "What the JobManager runs on.", job_manager::environment)
        .get("/taskmanagers", "", "All TaskManagers.", task_managers::list)
        .get("/taskmanagers/{taskmanagerid}", "", "A TaskManager.", task_managers::details)
}

fn of_jobs(routes: Routes) -> Routes {
    let cancel = Description {
        method: "PATCH",
        path: "/jobs/{jobid}",
        summary: "Asks for a job's end.",
        query: "mode",
        body: "",
        status: 202,
    };
    routes
        .get("/jobs", "", "All jobs with their statuses.", jobs::ids)
        .get("/jobs/overview", "", "All jobs in short.", jobs::overview)
        .get("/jobs/{jobid}", "", "A job with its vertices.", jobs::details)
        .add(cancel, jobs::cancel)
        .get("/jobs/{jobid}/plan", "", "A job's plan.", jobs::plan)
        .get("/jobs/{jobid}/config", "", "What a job was configured with.", jobs::config)
        .get("/jobs/{jobid}/exceptions", "maxExceptions", "A job's failures, newest first.", jobs::exceptions)
        .get("/jobs/{jobid}/accumulators", "includeSerializedValue", "A job's accumulators.", jobs::accumulators)
        .get("/jobs/{jobid}/status", "", "A job's status.", jobs::status)
        .get("/jobs/{jobid}/execution-result", "", "How a job ended.", jobs::execution_result)
}

fn of_vertices(routes: Routes) -> Routes {
    let subtask = "/jobs/{jobid}/vertices/{vertexid}/subtasks/{subtaskindex}";
    routes
        .get("/jobs/{jobid}/vertices/{vertexid}", "", "A vertex with its subtasks.", vertices::details)
        .get(
            "/jobs/{jobid}/vertices/{vertexid}/subtasktimes",
            "",
            "When subtasks changed state.",
            vertices::subtask_times,
        )
        .get("/jobs/{jobid}/vertices/{vertexid}/taskmanagers", "", "A vertex by TaskManager.", vertices::task_managers)
        .get("/jobs/{jobid}/vertices/{vertexid}/backpressure", "", "Who waits for its readers.", vertices::backpressure)
        .get("/jobs/{jobid}/vertices/{vertexid}/accumulators", "", "A vertex's accumulators.", vertices::accumulators)
        .get(subtask, "", "A subtask.", vertices::subtask)
}

fn of_metrics(routes: Routes) -> Routes {
    let subtasks = "/jobs/{jobid}/vertices/{vertexid}/subtasks/metrics";
    let subtask = "/jobs/{jobid}/vertices/{vertexid}/subtasks/{subtaskindex}/metrics";
    let vertex = "/jobs/{jobid}/vertices/{vertexid}/metrics";
    routes
        .get("/metrics", "", "All metrics, for Prometheus.", metrics::page)
        .get("/jobmanager/metrics", "get", "The JobManager's metrics.", metrics::of_job_manager)
        .get("/taskmanagers/metrics", "get agg taskmanagers", "TaskManagers' metrics.", metrics::of_all_task_managers)
        .get("/taskmanagers/{taskmanagerid}/metrics", "get", "A TaskManager's metrics.", metrics::of_task_manager)
        .get("/jobs/metrics", "get agg jobs", "Jobs' metrics, aggregated.", metrics::of_all_jobs)
        .get("/jobs/{jobid}/metrics", "get", "A job's metrics.", metrics::of_job)
        .get(vertex, "get", "The metrics of a vertex's subtasks.", metrics::of_vertex)
        .get("/jobs/{jobid}/vertices/{vertexid}/watermarks", "", "The watermarks of its subtasks.", metrics::watermarks)
        .get(subtasks, "get agg subtasks", "The metrics of a vertex's subtasks, aggregated.", metrics::of_subtasks)
        .get(subtask, "get", "A subtask's metrics.", metrics::of_subtask)
}

fn of_logs(routes: Routes) -> Routes {
    let file = "/taskmanagers/{taskmanagerid}/logs/{filename}";
    routes
        .get("/jobmanager/logs", "", "The JobManager's log files.", logs::of_job_manager)
        .get("/jobmanager/logs/{filename}", "", "One of them.", logs::job_manager_file)
        .get("/jobmanager/log", "", "The JobManager's log.", logs::job_manager_log)
        .get("/jobmanager/stdout", "", "The JobManager's output.", logs::job_manager_stdout)
        .get("/taskmanagers/{taskmanagerid}/logs", "", "A TaskManager's log files.", logs::of_task_manager)
        .get(file, "", "One of them.", logs::task_manager_file)
        .get("/taskmanagers/{taskmanagerid}/log", "", "A TaskManager's log.", logs::task_manager_log)
        .get("/taskmanagers/{taskmanagerid}/stdout", "", "A TaskManager's output.", logs::task_manager_stdout)
}

fn of_programs(routes: Routes) -> Routes {
    let upload = Description {
        method: "POST",
        path: "/jars/upload",
        summary: "Uploads a program.",
        query: "",
        body: "multipart/form-data",
        status: 200,
    };
    let run = Description {
        path: "/jars/{jarid}/run",
        summary: "Runs an uploaded program.",
        query: "programArg parallelism",
        body: "application/json",
        ..upload
    };
    let plan = Description { path: "/jars/{jarid}/plan", summary: "The plan of a program's first job.", ..run.clone() };
    let delete = Description {
        method: "DELETE",
        path: "/jars/{jarid}",
        summary: "Forgets an uploaded program.",
        query: "",
        body: "",
        status: 200,
    };
    routes
        .add(upload.clone(), jars::upload)
        .get("/jars", "", "The uploaded programs.", jars::list)
        .add(run, jars::run)
        .get(plan.path, plan.query, plan.summary, jars::plan)
        .add(plan, jars::plan)
        .add(delete, jars::delete)
}

fn of_clients(routes: Routes) -> Routes {
    let put = Description {
        method: "PUT",
        path: "/weft/artifacts/{sha256}",
        summary: "Stores a program under the SHA-256 of its bytes; 200 when it is there already.",
        query: "",
        body: "application/octet-stream",
        status: 201,
    };
    let submit = Description {
        method: "POST",
        path: "/weft/jobs",
        summary: "Submits a job, whose program is stored.",
        status: 200,
        ..put
    };
    routes
        .add(put.clone(), clients::put)
        .get(put.path, "", "Whether a program is stored.", clients::get)
        .add(submit, clients::submit)
        .get("/weft/jobs/{jobid}/progress", "", "How much of its input a job has read.", clients::progress)
        .get("/weft/jobs/{jobid}/outcome", "wait", "How a job ended; 204 while it has not.", clients::outcome)
}
