with

claims as (
    select * from {{ ref("fct_claims") }}
    where is_counted
),

participations as (
    select * from {{ ref("fct_participations") }}
    where payment_offered_count > 0
),

sessions as (
    select * from {{ ref("fct_sessions") }}
    where is_held and transport_offered = 'yes'
),

quarters as (
    select * from {{ ref("int_quarters__measured") }}
),

kinds as (
    select
        code as item_code,
        position
    from {{ ref("code_lists") }}
    where list_name = 'claim_item'
    union all
    select
        'all' as item_code,
        0 as position
),

limits as (
    select max(value) filter (where threshold_id = 'claims_paid_within')::integer as paid_within
    from {{ ref("thresholds") }}
),

-- The register of claims does not say what a policy covers; that somebody was offered it, or paid for it, shows it.
offers as (
    select
        icb_code,
        organisation_code,
        quarter_id,
        'time' as item_code
    from participations
    union
    select
        icb_code,
        organisation_code,
        quarter_id,
        'travel' as item_code
    from sessions
    union
    select
        icb_code,
        organisation_code,
        quarter_id,
        item_code
    from claims
    where paid_on is not null
),

offered as (
    select distinct
        offers.icb_code,
        scopes.organisation_code,
        offers.quarter_id,
        offers.item_code
    from offers
    cross join lateral (values (offers.organisation_code), ('ALL')) as scopes (organisation_code)
),

-- A claim of a kind that nobody knows stands in the row of all kinds alone.
every_claim as (
    select
        claims.icb_code,
        scopes.organisation_code,
        claims.quarter_id,
        items.item_code,
        claims.outcome,
        claims.paid_on,
        claims.days_to_pay,
        claims.is_waiting,
        case
            when claims.outcome = 'refused'
                then coalesce(nullif(nullif(claims.refused_reason_code, 'unmapped'), 'not_known'), 'none')
        end as refused_because,
        claims.outcome <> 'refused' and claims.claimed_on + limits.paid_within <= {{ as_of_on() }} as is_timed
    from claims
    cross join limits
    cross join lateral (values (claims.organisation_code), ('ALL')) as scopes (organisation_code)
    cross join lateral (values (claims.item_code), ('all')) as items (item_code)
),

counted as (
    select
        icb_code,
        organisation_code,
        quarter_id,
        item_code,
        count(*) as claimed_count,
        count(*) filter (where paid_on is not null and outcome <> 'part_paid') as paid_count,
        count(*) filter (where paid_on is not null and outcome = 'part_paid') as part_paid_count,
        count(*) filter (where is_waiting) as waiting_count,
        count(*) filter (where outcome = 'refused') as refused_count,
        {%- for reason in ("late", "no_receipt", "not_covered", "duplicate", "other") %}
        count(*) filter (where refused_because = '{{ reason }}') as refused_{{ reason }}_count,
        {%- endfor %}
        count(*) filter (where refused_because = 'none') as refused_without_reason_count,
        -- What is still unpaid took longer than whatever was paid: left out, it would make the wait look short.
        nullif(
            percentile_disc(0.5) within group (
                order by coalesce(days_to_pay::double precision, 'infinity')
            ) filter (where is_timed),
            'infinity'
        ) as median_days_to_pay
    from every_claim
    group by icb_code, organisation_code, quarter_id, item_code
),

scopes as (
    select
        icb_code,
        organisation_code,
        quarter_id
    from offered
    union
    select
        icb_code,
        organisation_code,
        quarter_id
    from counted
),

described as (
    select
        scopes.icb_code,
        scopes.organisation_code,
        scopes.quarter_id,
        quarters.period_start_on as quarter_start_on,
        kinds.item_code,
        kinds.position::bigint as item_position,
        case when kinds.item_code <> 'all' then offered.item_code is not null end as is_shown_to_be_offered,
        {%- for count in (
            "claimed", "paid", "part_paid", "waiting", "refused", "refused_late", "refused_no_receipt",
            "refused_not_covered", "refused_duplicate", "refused_other", "refused_without_reason"
        ) %}
        coalesce(counted.{{ count }}_count, 0) as {{ count }}_count,
        {%- endfor %}
        counted.median_days_to_pay::bigint as median_days_to_pay
    from scopes
    inner join quarters on scopes.quarter_id = quarters.quarter_id
    cross join kinds
    left join offered
        on
            scopes.icb_code = offered.icb_code
            and scopes.organisation_code = offered.organisation_code
            and scopes.quarter_id = offered.quarter_id
            and kinds.item_code = offered.item_code
    left join counted
        on
            scopes.icb_code = counted.icb_code
            and scopes.organisation_code = counted.organisation_code
            and scopes.quarter_id = counted.quarter_id
            and kinds.item_code = counted.item_code
)

select * from described
