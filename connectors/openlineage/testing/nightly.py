"""Sends the events of a nightly job with the real OpenLineage client: nightly.py <url> [<api key>]."""
import sys
from datetime import datetime, timedelta, timezone

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import (
    DatasetEvent,
    InputDataset,
    Job,
    JobEvent,
    OutputDataset,
    Run,
    RunEvent,
    RunState,
    StaticDataset,
)
from openlineage.client.facet_v2 import (
    column_lineage_dataset,
    datasource_dataset,
    documentation_dataset,
    documentation_job,
    error_message_run,
    job_type_job,
    nominal_time_run,
    output_statistics_output_dataset,
    ownership_job,
    parent_run,
    processing_engine_run,
    schema_dataset,
    source_code_location_job,
    sql_job,
)
from openlineage.client.transport.http import ApiKeyTokenProvider, HttpCompression, HttpConfig, HttpTransport

PRODUCER = "https://example.org/nightly"
WAREHOUSE = "postgres://db.example.org:5432"
BEGIN = datetime(2026, 1, 2, 2, 0, tzinfo=timezone.utc)
RUN = "01941f29-7c00-7000-8000-00000000000{}"


def client_of(url, key):
    config = HttpConfig(url=url, compression=HttpCompression.GZIP)
    if key:
        config.auth = ApiKeyTokenProvider({"apiKey": key})
    return OpenLineageClient(transport=HttpTransport(config))


def at(minute):
    return (BEGIN + timedelta(minutes=minute)).isoformat()


def run_event(state, minute, run, of, **data):
    return RunEvent(eventType=state, eventTime=at(minute), run=run, job=of, producer=PRODUCER, **data)


def job(name, **facets):
    return Job(namespace="nightly", name=name, facets=facets)


ORDERS = InputDataset(
    namespace=WAREHOUSE,
    name="shop.public.orders",
    facets={
        "schema": schema_dataset.SchemaDatasetFacet(
            fields=[
                schema_dataset.SchemaDatasetFacetFields(name="id", type="bigint"),
                schema_dataset.SchemaDatasetFacetFields(name="amount", type="numeric", description="with tax"),
            ]
        ),
        "dataSource": datasource_dataset.DatasourceDatasetFacet(name="shop", uri=WAREHOUSE + "/shop"),
    },
)
TOTALS = OutputDataset(
    namespace=WAREHOUSE,
    name="shop.public.totals",
    facets={
        "schema": schema_dataset.SchemaDatasetFacet(
            fields=[schema_dataset.SchemaDatasetFacetFields(name="total", type="numeric")]
        ),
        "columnLineage": column_lineage_dataset.ColumnLineageDatasetFacet(
            fields={
                "total": column_lineage_dataset.Fields(
                    inputFields=[
                        column_lineage_dataset.InputField(
                            namespace=WAREHOUSE,
                            name="shop.public.orders",
                            field="amount",
                            transformations=[
                                column_lineage_dataset.Transformation(
                                    type="DIRECT", subtype="AGGREGATION", description="sum(amount)", masking=False
                                )
                            ],
                        )
                    ]
                )
            }
        ),
    },
    outputFacets={
        "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=31, size=4096)
    },
)
TOTALS_JOB = job(
    "totals",
    sql=sql_job.SQLJobFacet(query="INSERT INTO totals SELECT sum(amount) FROM orders"),
    documentation=documentation_job.DocumentationJobFacet(description="What was sold on each day."),
    ownership=ownership_job.OwnershipJobFacet(owners=[ownership_job.Owner(name="team:finance", type="MAINTAINER")]),
    sourceCodeLocation=source_code_location_job.SourceCodeLocationJobFacet(
        type="git", url="https://git.example.org/nightly/totals.sql", version="4f2a"
    ),
    jobType=job_type_job.JobTypeJobFacet(processingType="BATCH", integration="AIRFLOW", jobType="TASK"),
)


def send(client):
    night = parent_run.ParentRunFacet(
        run=parent_run.Run(runId=RUN.format(1)), job=parent_run.Job(namespace="nightly", name="night")
    )
    run = Run(
        runId=RUN.format(2),
        facets={
            "parent": night,
            "nominalTime": nominal_time_run.NominalTimeRunFacet(nominalStartTime=at(0), nominalEndTime=at(60)),
            "processing_engine": processing_engine_run.ProcessingEngineRunFacet(
                version="3.9", name="spark", openlineageAdapterVersion="1.0"
            ),
        },
    )
    error = error_message_run.ErrorMessageRunFacet(message="disk full", programmingLanguage="SQL")
    failed = Run(runId=RUN.format(3), facets={"parent": night, "errorMessage": error})
    for event in (
        run_event(RunState.START, 0, Run(runId=RUN.format(1)), job("night")),
        run_event(RunState.START, 1, failed, TOTALS_JOB, inputs=[ORDERS]),
        run_event(RunState.FAIL, 2, failed, TOTALS_JOB, inputs=[ORDERS]),
        run_event(RunState.START, 3, run, TOTALS_JOB, inputs=[ORDERS]),
        run_event(RunState.COMPLETE, 4, run, TOTALS_JOB, inputs=[ORDERS], outputs=[TOTALS]),
        run_event(RunState.COMPLETE, 5, Run(runId=RUN.format(1)), job("night")),
        JobEvent(eventTime=at(6), job=job("report"), producer=PRODUCER, inputs=[TOTALS_INPUT], outputs=[]),
        DatasetEvent(
            eventTime=at(7),
            dataset=StaticDataset(
                namespace=WAREHOUSE,
                name="shop.public.orders",
                facets={"documentation": documentation_dataset.DocumentationDatasetFacet(description="All orders.")},
            ),
            producer=PRODUCER,
        ),
    ):
        client.emit(event)


TOTALS_INPUT = InputDataset(namespace=WAREHOUSE, name="shop.public.totals")

if __name__ == "__main__":
    send(client_of(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""))
    print("sent")
