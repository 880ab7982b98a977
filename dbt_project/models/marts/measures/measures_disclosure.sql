{{ config(materialized="ephemeral", contract={"enforced": false}) }}
-- Numbers of people that an edition keeps back and that what is printed gives away: by the share beside them, or as
-- another edition of the same region prints the same figure. Totals are attacked in the tests, where bounds can be
-- computed; here the two ways that give a number away outright are looked for in all that was published.
with

commissioners as (
    select
        icb_code,
        organisation_code
    from {{ ref("dim_organisation") }}
    where organisation_kind = 'icb'
),

-- What is only a draft nobody outside has read; what was withdrawn after its publication has been read.
editions as (
    select * from {{ ref("stg_edition") }}
    where state in ('published', 'corrected', 'withdrawn') and published_on <= {{ as_of_on() }}
),

figures as (
    select
        editions.quarter_id,
        editions.icb_code,
        figures.*
    from {{ ref("stg_edition_figure") }} as figures
    inner join editions on figures.edition_id = editions.edition_id
),

printed as (
    select * from figures
    where value_state = 'counted' and value is not null
),

hidden as (
    select * from figures
    where
        value_state = 'suppressed'
        and disclosure_class = 'people'
        and statistic in ('numerator', 'denominator', 'count')
),

-- A count and its quotient give the other count away.
quotients as (
    select
        edition_id,
        told_of
    from printed
    where statistic in ('numerator', 'denominator', 'share', 'rate_per_100', 'rate_per_1000')
    group by edition_id, told_of
    having
        bool_or(statistic in ('numerator', 'denominator'))
        and bool_or(statistic in ('share', 'rate_per_100', 'rate_per_1000'))
),

printed_elsewhere as (
    select distinct
        hidden.edition_id,
        hidden.figure_id
    from hidden
    inner join printed
        on
            hidden.icb_code = printed.icb_code
            and hidden.figure_id = printed.figure_id
            and hidden.edition_id <> printed.edition_id
),

-- What two editions of a quarter keep back is one number.
counted_by_quarter as (
    select
        'hidden_numbers_given_away' as measure_code,
        commissioners.organisation_code,
        hidden.quarter_id,
        count(distinct hidden.figure_id) filter (
            where quotients.told_of is not null or printed_elsewhere.figure_id is not null
        ) as numerator,
        count(distinct hidden.figure_id) as denominator
    from hidden
    inner join commissioners on hidden.icb_code = commissioners.icb_code
    left join quotients on hidden.edition_id = quotients.edition_id and hidden.told_of = quotients.told_of
    left join printed_elsewhere
        on hidden.edition_id = printed_elsewhere.edition_id and hidden.figure_id = printed_elsewhere.figure_id
    group by commissioners.organisation_code, hidden.quarter_id
),

-- An edition that keeps nothing back has nothing to give away: out of none, and not unknown.
nothing_hidden as (
    select distinct
        'hidden_numbers_given_away' as measure_code,
        commissioners.organisation_code,
        editions.quarter_id,
        0 as numerator,
        0 as denominator
    from editions
    inner join commissioners on editions.icb_code = commissioners.icb_code
    where
        not exists (
            select 1
            from hidden
            where hidden.icb_code = editions.icb_code and hidden.quarter_id = editions.quarter_id
        )
),

every_quarter as (
    select * from counted_by_quarter
    union all
    select * from nothing_hidden
)

select * from every_quarter
