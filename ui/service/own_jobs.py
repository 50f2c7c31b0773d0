"""One's own jobs: each person sees those of collections that they may add to; admins see all."""

import builtins

from ingest.sync.jobs import Job, JobNotFound, Jobs
from kb.people.permissions import may_edit
from kb.schema import Principal

_ALL = 10_000  # jobs that are looked through


class OwnJobs:
    """The jobs of one who asks: paths and names of documents stand in them. What is not theirs is not there.

    Raises what `Jobs` raises.
    """

    def __init__(self, jobs: Jobs, asker: Principal) -> None:
        self._jobs, self._asker = jobs, asker

    def list(self, limit: int = 50) -> builtins.list[Job]:
        """Jobs, newest first."""
        if self._asker.unlimited:
            return self._jobs.list(limit)
        return [job for job in self._jobs.list(_ALL) if self._is_mine(job)][:limit]

    def get(self, job_id: int) -> Job:
        """A job as it stands."""
        job = self._jobs.get(job_id)
        if not self._is_mine(job):
            raise JobNotFound("job.not_found", id=job_id)
        return job

    @property
    def running(self) -> Job | None:
        """The job that is being worked on."""
        job = self._jobs.running
        return job if job is not None and self._is_mine(job) else None

    def pause(self, job_id: int) -> Job:
        """Let a job rest."""
        return self._jobs.pause(self.get(job_id).id)

    def cancel(self, job_id: int) -> Job:
        """End a job."""
        return self._jobs.cancel(self.get(job_id).id)

    def resume(self, job_id: int) -> Job:
        """Go on with a job."""
        return self._jobs.resume(self.get(job_id).id)

    def wait(self, job_id: int, revision: int, timeout: float) -> Job:
        """The job as soon as its revision is another."""
        self._jobs.wait(self.get(job_id).id, revision, timeout)
        return self.get(job_id)

    def _is_mine(self, job: Job) -> bool:
        return self._asker.unlimited or (job.collection is not None and may_edit(self._asker, job.collection))
