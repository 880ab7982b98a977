-- What people speak about, by who found it out: a person, a rule or a model. Nothing is added up across sources.
with

responses as (
    select * from {{ ref("fct_feedback_responses") }}
    where is_counted
),

complaints as (
    select * from {{ ref("fct_complaints") }}
    where is_counted and case_kind = 'formal'
),

inputs as (
    select * from {{ ref("fct_inputs") }}
    where received_on <= {{ as_of_on() }}
),

themes as (
    select * from {{ ref("dim_theme") }}
),

-- The handler's subject of a complaint is a person's code of what it is about.
complaint_themes as (
    select
        complaints.complaint_key as voice_key,
        complaints.organisation_code,
        complaints.icb_code,
        complaints.quarter_id,
        subject_themes.theme_code
    from complaints
    inner join {{ ref("subject_themes") }} as subject_themes
        on subject_themes.subject_code = any(complaints.subject_codes)
),

named as (
    select
        'input' as record,
        organisation_code,
        icb_code,
        quarter_id,
        theme_code,
        theme_source,
        rule_set_version,
        input_key as voice_key
    from {{ ref("bridge_input_themes") }}
    where received_on <= {{ as_of_on() }}
    union all
    select
        'feedback_response' as record,
        responses.organisation_code,
        responses.icb_code,
        responses.quarter_id,
        themes.theme_code,
        coalesce(responses.theme_source, 'not_stated') as theme_source,
        null::text as rule_set_version,
        responses.response_key as voice_key
    from responses
    inner join themes on themes.theme_code = any(responses.theme_codes)
    union all
    select
        'complaint' as record,
        organisation_code,
        icb_code,
        quarter_id,
        theme_code,
        'human' as theme_source,
        null::text as rule_set_version,
        voice_key
    from complaint_themes
),

voices as (
    select
        'input' as record,
        organisation_code,
        quarter_id,
        count(*) as voice_count
    from inputs
    group by organisation_code, quarter_id
    union all
    select
        'feedback_response' as record,
        organisation_code,
        quarter_id,
        count(*) as voice_count
    from responses
    group by organisation_code, quarter_id
    union all
    select
        'complaint' as record,
        organisation_code,
        quarter_id,
        count(*) as voice_count
    from complaints
    group by organisation_code, quarter_id
),

coded as (
    select
        record,
        organisation_code,
        quarter_id,
        count(distinct voice_key) as themed_count
    from named
    group by record, organisation_code, quarter_id
),

mentioned as (
    select
        record,
        organisation_code,
        icb_code,
        quarter_id,
        theme_code,
        theme_source,
        rule_set_version,
        count(distinct voice_key) as mention_count
    from named
    group by record, organisation_code, icb_code, quarter_id, theme_code, theme_source, rule_set_version
),

-- What a model alone has found is a place to look, and nothing that anybody has shown.
weighed as (
    select
        mentioned.record,
        mentioned.organisation_code,
        mentioned.icb_code,
        mentioned.quarter_id,
        mentioned.theme_code,
        themes.theme_label,
        mentioned.theme_source,
        mentioned.rule_set_version,
        mentioned.mention_count,
        coded.themed_count,
        voices.voice_count,
        not bool_and(mentioned.theme_source = 'model') over (
            partition by
                mentioned.record, mentioned.organisation_code, mentioned.quarter_id, mentioned.theme_code
        ) as is_evidence
    from mentioned
    inner join themes on mentioned.theme_code = themes.theme_code
    inner join coded
        on
            mentioned.record = coded.record
            and mentioned.organisation_code = coded.organisation_code
            and mentioned.quarter_id = coded.quarter_id
    inner join voices
        on
            mentioned.record = voices.record
            and mentioned.organisation_code = voices.organisation_code
            and mentioned.quarter_id = voices.quarter_id
)

select * from weighed
