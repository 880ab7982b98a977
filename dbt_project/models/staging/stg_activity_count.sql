{{
    visible_rows(
        "activity_count",
        key=[
            "service_id", "period_start_on", "period_end_on", "count_kind", "breakdown_kind", "breakdown_code",
        ],
        newest_first=[newest_status("status")],
    )
}}
