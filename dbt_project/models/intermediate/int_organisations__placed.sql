-- A sender's ICBs by date. Where one merged whole into another, the merger moves the sender without anyone saying so.
with

stated as (
    select
        *,
        (lead(valid_from) over (
            partition by organisation_code
            order by valid_from
        ) - 1)::date as valid_to
    from {{ ref("stg_organisation_icb") }}
),

moved as (
    select
        stated.organisation_code,
        icbs.icb_code,
        icbs.icb_name,
        succession.succeeded_on as valid_from,
        stated.valid_to,
        stated.valid_from as moved_from
    from stated
    inner join {{ ref("icb_succession") }} as succession
        on
            stated.icb_code = succession.predecessor_code
            and stated.valid_from < succession.succeeded_on
            and (stated.valid_to is null or stated.valid_to >= succession.succeeded_on)
    inner join {{ ref("icbs") }} as icbs on succession.successor_code = icbs.icb_code
    where succession.is_whole and succession.succeeded_on <= {{ as_of_on() }}
),

senders as (
    select
        stated.organisation_code,
        stated.icb_code,
        stated.icb_name,
        stated.valid_from,
        coalesce((moved.valid_from - 1)::date, stated.valid_to) as valid_to
    from stated
    left join moved on stated.organisation_code = moved.organisation_code and stated.valid_from = moved.moved_from
    union all
    select
        organisation_code,
        icb_code,
        icb_name,
        valid_from,
        valid_to
    from moved
)

select * from senders
