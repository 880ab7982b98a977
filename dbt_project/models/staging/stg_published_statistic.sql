{{
    visible_rows(
        "published_statistic",
        key=["organisation_code", "metric_code", "breakdown", "period_start_on", "period_end_on"],
        newest_first=[newest_status("status")],
    )
}}
