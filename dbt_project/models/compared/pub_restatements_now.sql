{{ config(schema="published") }}
-- What the edition that readers hold printed of a quarter or a month and this build prints otherwise, and why. What
-- stands on a day stands on another day in each edition, limits move with every month, a part of a figure that is
-- broken down is told by its whole, and what was not printed then is new: none of these is a restatement.
with

differences as (
    select * from {{ ref("mart_figure_differences") }}
    where
        edition_state in ('published', 'corrected')
        and period_kind in ('quarter', 'month')
        and statistic not in ('mean', 'lpl', 'upl', 'lower', 'upper')
        and difference_kind <> 'new'
),

todays_figures as (
    select * from {{ ref("pub_figures_now") }}
),

frozen_figures as (
    select * from {{ ref("pub_figures") }}
),

organisations as (
    select * from {{ ref("pub_organisations_now") }}
),

services as (
    select * from {{ ref("dim_service") }}
),

measures as (
    select * from {{ ref("measures") }}
),

reason_words (reason_code, reason_words) as (
    values
    ('organisation_joined', 'the organisation has joined since'),
    ('organisation_left', 'the organisation is no longer asked'),
    ('changed_definition', 'the measure is now defined otherwise'),
    ('new_measure', 'the measure is new'),
    ('dropped_measure', 'the measure was dropped'),
    ('restated_file', 'a corrected file was sent'),
    ('late_file', 'a file came late'),
    ('new_file', 'a file came since'),
    ('withdrawn_file', 'a file was withdrawn'),
    ('held_file', 'a file is held back'),
    ('restored_file', 'a file counts again'),
    ('corrected_mapping', 'a file was read anew after its mapping was corrected'),
    ('changed_contract', 'a file was read anew under changed rules'),
    ('time_passed', 'the figures are as known at a later day'),
    ('changed_code', 'another version of the software counted'),
    ('cannot_tell', 'it is not known why')
),

explained as (
    select
        differences.icb_code,
        differences.figure_id,
        string_agg(reason_words.reason_words, '; ' order by reasons.place) as reason_words
    from differences
    cross join lateral unnest(differences.reason_codes) with ordinality as reasons (reason_code, place)
    inner join reason_words on reasons.reason_code = reason_words.reason_code
    group by differences.icb_code, differences.figure_id
),

printable as (
    select
        differences.icb_code,
        differences.figure_id,
        differences.edition_id as printed_in_edition_id,
        differences.measure_code,
        measures.plain_name,
        differences.statistic,
        differences.organisation_code,
        organisations.organisation_name,
        differences.service_id,
        services.service_name,
        differences.period_kind,
        differences.period_start_on,
        differences.period_end_on,
        differences.unit,
        coalesce(todays_figures.decimals, frozen_figures.decimals) as decimals,
        coalesce(todays_figures.disclosure_class, frozen_figures.disclosure_class) as disclosure_class,
        differences.value_then as value_before,
        differences.value_state_then as value_state_before,
        differences.value_now as value_today,
        differences.value_state_now as value_state_today,
        differences.reason_code,
        explained.reason_words
    from differences
    inner join explained
        on differences.icb_code = explained.icb_code and differences.figure_id = explained.figure_id
    left join todays_figures
        on differences.icb_code = todays_figures.icb_code and differences.figure_id = todays_figures.figure_id
    left join frozen_figures
        on
            differences.icb_code = frozen_figures.icb_code
            and differences.edition_id = frozen_figures.edition_id
            and differences.figure_id = frozen_figures.figure_id
    left join organisations on differences.organisation_code = organisations.organisation_code
    left join services
        on differences.organisation_code = services.organisation_code and differences.service_id = services.service_id
    left join measures on differences.measure_code = measures.measure_code
    where coalesce(todays_figures.breakdown_kind, frozen_figures.breakdown_kind) = 'none'
)

select * from printable
