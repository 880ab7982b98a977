{#
The sets of rules that a chart may be judged by. They differ in what stands here and in nothing else: the SQL that judges
is one, in spc.sql.
#}

{# The sets of rules there are, the one followed by default first. #}
{% macro spc_rule_sets() -%}
    nhsrplotthedots, making_data_count_concern, making_data_count_improvement
{%- endmacro %}


{# One part of a rule set. The two of Making Data Count are NHS England's SQL 2.5, which differ only in what a point is
   called that breaks a rule for the better and another for the worse.
   title             what stands beside every result
   screens           are outlying moving ranges left out unless the options say otherwise?
   keeps             how a range compares with 3.267 times their average to be kept
   screens_mean      does the mean lose the points whose own range is left out?
   trend_within      what a trend may not reach across
   conflict          precedence: one rule a point, in an order; else every rule is told, and this side wins
   beyond            is a target that equals a limit beyond it?
   without_limits    the assurance of a series that has a target and no limits
   least_of_series   points below which there is no verdict
   least_of_group    points since the counting last changed below which there is none: both standards only warn of so short
                     a part, and to refuse is this project's own rule #}
{% macro spc_rule(rules, part) -%}
    {%- set of_sql = {
        "screens": "false", "keeps": "<=", "screens_mean": "true", "trend_within": "series_id", "beyond": "=",
        "without_limits": "null", "least_of_group": "12", "least_of_series": "15",
    } -%}
    {%- set sql_title = "NHS England Making Data Count SQL 2.5, conflicts shown as " -%}
    {%- set sets = {
        "nhsrplotthedots": {
            "title": "NHSRplotthedots 0.2.2", "screens": "true", "keeps": "<", "screens_mean": "false",
            "trend_within": "series_id, rebase_group", "conflict": "precedence", "beyond": "",
            "without_limits": "'inconsistent'", "least_of_group": "13", "least_of_series": "13",
        },
        "making_data_count_concern": dict(of_sql, title=sql_title ~ "concern", conflict="concern"),
        "making_data_count_improvement": dict(of_sql, title=sql_title ~ "improvement", conflict="improvement"),
    } -%}
    {{- sets[rules][part] -}}
{%- endmacro %}


{# True where a row's group, or its series, has too few points for a verdict. #}
{% macro spc_is_short(rules) -%}
    (
        count(y) over (partition by series_id, rebase_group) < {{ spc_rule(rules, "least_of_group") }}
        or count(y) over (partition by series_id) < {{ spc_rule(rules, "least_of_series") }}
    )
{%- endmacro %}


{# The set that dbt_project.yml chooses: the one place where the charts of the project are given their rules. #}
{% macro chosen_spc_rules() -%}
    {%- if execute and var("spc_rules") not in spc_rule_sets().split(", ") -%}
        {{- exceptions.raise_compiler_error(
            "spc_rules in dbt_project.yml is '" ~ var("spc_rules") ~ "', which is no set of rules; write one of "
            ~ spc_rule_sets()
        ) -}}
    {%- endif -%}
    {#- While dbt parses it has no settings to go by, and whoever lints has none at all. -#}
    {{- var("spc_rules") if execute else spc_rule_sets().split(", ")[0] -}}
{%- endmacro %}
