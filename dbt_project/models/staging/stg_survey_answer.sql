{{
    visible_rows(
        "survey_answer",
        key=[
            "survey_kind", "item_code", "answer_code", "wave", "respondent_ref", "answered_on", "service_id",
            "session_id", "pathway_point", "period_start_on", "period_end_on",
        ],
    )
}}
