-- What each thing said is about: as its sender coded it, and where only its words tell, by the reviewed rules.
with

inputs as (
    select * from {{ ref("fct_inputs") }}
),

themes as (
    select * from {{ ref("dim_theme") }}
),

all_rules as (
    select * from {{ ref("theme_rules") }}
),

-- A set counts once every rule of it was reviewed, by a role and on a day: whoever reviewed half of it has read no set.
reviewed_sets as (
    select
        rule_set_version,
        max(reviewed_on) as reviewed_on
    from all_rules
    group by rule_set_version
    having bool_and(reviewed_by_role is not null and reviewed_on is not null)
),

-- The newest set of rules that had been reviewed by the day of the build.
rules as (
    select *
    from all_rules
    where
        rule_set_version = (
            select rule_set_version
            from reviewed_sets
            where reviewed_on <= {{ as_of_on() }}
            order by reviewed_on desc, rule_set_version desc
            limit 1
        )
),

coded_by_sender as (
    select distinct
        inputs.input_key,
        themes.theme_code,
        coalesce(inputs.theme_source, 'not_stated') as theme_source
    from inputs
    inner join themes on themes.theme_code = any(inputs.theme_codes)
),

-- The public words alone are read: what people said in their own words never leaves the restricted schema. A person's
-- code is not second-guessed by a rule; a model's is.
only_in_words as (
    select inputs.*
    from inputs
    where
        not exists (
            select 1
            from coded_by_sender
            where coded_by_sender.input_key = inputs.input_key and coded_by_sender.theme_source <> 'model'
        )
),

found_by_rule as (
    select distinct
        only_in_words.input_key,
        rules.theme_code,
        rules.rule_set_version
    from only_in_words
    inner join rules on only_in_words.said ~* rules.pattern
),

together as (
    select
        input_key,
        theme_code,
        theme_source,
        'sender' as coded_by,
        null::text as rule_set_version
    from coded_by_sender
    union all
    select
        input_key,
        theme_code,
        'rule' as theme_source,
        'rule_set' as coded_by,
        rule_set_version
    from found_by_rule
),

placed as (
    select
        together.input_key,
        together.theme_code,
        together.theme_source,
        together.coded_by,
        together.rule_set_version,
        inputs.organisation_code,
        inputs.icb_code,
        inputs.received_on,
        inputs.quarter_id,
        bool_and(together.theme_source = 'model') over (
            partition by together.input_key, together.theme_code
        ) as is_only_from_model
    from together
    inner join inputs on together.input_key = inputs.input_key
)

select * from placed
